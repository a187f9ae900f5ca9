"""Puts, gets, lists, copies, uploads in parts, versions and deletes with boto3; see try-clients.sh."""
import io, os, sys
import boto3
from boto3.s3.transfer import TransferConfig
from botocore.exceptions import ClientError

bucket, prefix = sys.argv[1], 'try-clients/boto3/'
s3 = boto3.client('s3', endpoint_url=os.environ['AWS_ENDPOINT_URL'])
in_parts = TransferConfig(multipart_chunksize=5 << 20, multipart_threshold=5 << 20)


def code(call, **parameters):
    try:
        call(**parameters)
    except ClientError as error:
        return error.response['Error']['Code']


def pages(operation, member, **parameters):
    found = s3.get_paginator(operation).paginate(Bucket=bucket, Prefix=prefix, PaginationConfig={'PageSize': 2}, **parameters)
    return [item for page in found for item in page.get(member, [])]


keys = [prefix + name for name in ['a', 'ä ö', '%41', '+', '..', '/x', '<&>"\'', '\n', '😀', 'x/y', 'x/z']]
for key in keys:
    s3.put_object(Bucket=bucket, Key=key, Body=key.encode(), Metadata={'k': 'v'})
for key in keys:
    assert s3.get_object(Bucket=bucket, Key=key)['Body'].read() == key.encode()
in_order = sorted(keys, key=str.encode)
assert [item['Key'] for item in pages('list_objects_v2', 'Contents')] == in_order
assert [item['Key'] for item in pages('list_objects', 'Contents')] == in_order
assert [item['Prefix'] for item in pages('list_objects_v2', 'CommonPrefixes', Delimiter='/')] == [prefix + '/', prefix + 'x/']

data = os.urandom(17 << 20)
s3.upload_fileobj(io.BytesIO(data), bucket, prefix + 'large', Config=in_parts, ExtraArgs={'Metadata': {'m': 'n'}})
s3.copy({'Bucket': bucket, 'Key': prefix + 'large'}, bucket, prefix + 'copy', Config=in_parts)
assert s3.get_object(Bucket=bucket, Key=prefix + 'copy')['Body'].read() == data
assert s3.get_object(Bucket=bucket, Key=prefix + 'large', Range='bytes=-4')['Body'].read() == data[-4:]
head = s3.head_object(Bucket=bucket, Key=prefix + 'large')
assert head['Metadata'] == {'m': 'n'} and head['ETag'].endswith('-4"')

assert code(s3.get_object, Bucket=bucket, Key=prefix + 'none') == 'NoSuchKey'
assert code(s3.get_object, Bucket=bucket, Key=prefix + 'large', IfMatch='"x"') == 'PreconditionFailed'
assert code(s3.get_object, Bucket=bucket, Key=prefix + 'large', Range='bytes=99999999-') == 'InvalidRange'
assert code(s3.put_object, Bucket=bucket, Key=prefix + 'a', Body=b'x', ContentMD5='1B2M2Y8AsgTpgAmY7PhCfg==') == 'BadDigest'
assert code(s3.get_bucket_cors, Bucket=bucket) == 'NotImplemented'

first = s3.put_object(Bucket=bucket, Key=prefix + 'a', Body=b'1').get('VersionId')
if first:
    s3.put_object(Bucket=bucket, Key=prefix + 'a', Body=b'2')
    assert s3.get_object(Bucket=bucket, Key=prefix + 'a', VersionId=first)['Body'].read() == b'1'
    marker = s3.delete_object(Bucket=bucket, Key=prefix + 'a')
    assert marker['DeleteMarker'] and code(s3.get_object, Bucket=bucket, Key=prefix + 'a') == 'NoSuchKey'
    s3.delete_object(Bucket=bucket, Key=prefix + 'a', VersionId=marker['VersionId'])
    assert s3.get_object(Bucket=bucket, Key=prefix + 'a')['Body'].read() == b'2'
boto3.resource('s3', endpoint_url=os.environ['AWS_ENDPOINT_URL']).Bucket(bucket).object_versions.filter(Prefix=prefix).delete()
assert pages('list_object_versions', 'Versions') == []
