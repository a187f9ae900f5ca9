#!/usr/bin/env bash
# Tries the S3 clients that are installed (awscli, rclone, s3cmd, python3-boto3) against AWS_ENDPOINT_URL:
#   eval "$(pnpm -s fanout env)"; packages/local-cloud/test-clients/try-clients.sh BUCKET
# It writes below try-clients/ in that bucket and removes it again. The last line says how much passed; exit 1 when any failed.
set -u
bucket=${1:?the name of a bucket}
endpoint=${AWS_ENDPOINT_URL:?see pnpm -s fanout env}
here=$(cd "$(dirname "$0")" && pwd)
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder" || exit 1
# Nothing of the developer's own configuration
export AWS_CONFIG_FILE=/dev/null AWS_SHARED_CREDENTIALS_FILE=/dev/null AWS_EC2_METADATA_DISABLED=true RCLONE_CONFIG=/dev/null
unset AWS_CA_BUNDLE AWS_PROFILE
mkdir -p tree/sub
echo hello > 'tree/a b+é%.txt'
: > tree/empty
head -c 30000 /dev/urandom > tree/sub/bytes
head -c 20000000 /dev/urandom > large

passed=0 failed=0
try() {
  local name=$1
  shift
  if output=$(timeout 120 "$@" 2>&1); then
    passed=$((passed + 1))
  else
    failed=$((failed + 1))
    printf 'FAILED %s\n%s\n' "$name" "$output"
  fi
}
try_says() {
  local name=$1 expected=$2
  shift 2
  try "$name" bash -c '"${@:2}" 2>&1 | grep -qE -- "$1"' _ "$expected" "$@"
}

if command -v aws > /dev/null; then
  aws=(aws --endpoint-url "$endpoint")
  at=s3://$bucket/try-clients/aws
  try 'aws: sync up' "${aws[@]}" s3 sync tree "$at/tree"
  try 'aws: sync down' "${aws[@]}" s3 sync "$at/tree" aws
  try 'aws: what came back' diff -r tree aws
  try_says 'aws: list' 'PRE sub/' "${aws[@]}" s3 ls "$at/tree/"
  try 'aws: upload in parts' "${aws[@]}" s3 cp large "$at/large"
  try 'aws: copy in parts' "${aws[@]}" s3 cp "$at/large" "$at/copy"
  try 'aws: download' "${aws[@]}" s3 cp "$at/copy" large.aws
  try 'aws: what came back in parts' cmp large large.aws
  try_says 'aws: versions' VersionId "${aws[@]}" s3api list-object-versions --bucket "$bucket" --prefix try-clients/aws/
  try_says 'aws: what is not modelled' 'NotImplemented.*PutBucketWebsite' "${aws[@]}" s3api put-bucket-website \
    --bucket "$bucket" --website-configuration '{"IndexDocument":{"Suffix":"i"}}'
  try 'aws: delete' "${aws[@]}" s3 rm --recursive "$at"
fi
if command -v rclone > /dev/null; then
  export RCLONE_CONFIG_LOCAL_TYPE=s3 RCLONE_CONFIG_LOCAL_PROVIDER=Other RCLONE_CONFIG_LOCAL_ENV_AUTH=true
  export RCLONE_CONFIG_LOCAL_ENDPOINT=$endpoint RCLONE_CONFIG_LOCAL_REGION=$AWS_REGION RCLONE_S3_NO_CHECK_BUCKET=true
  at=local:$bucket/try-clients/rclone
  try 'rclone: sync up' rclone sync tree "$at/tree"
  try 'rclone: check' rclone check --download tree "$at/tree"
  try_says 'rclone: list' 'sub/bytes' rclone lsf -R "$at/tree"
  try 'rclone: upload in parts' rclone copyto --s3-upload-cutoff 5M --s3-chunk-size 5M large "$at/large"
  try 'rclone: copy in parts' rclone copyto --s3-copy-cutoff 5M "$at/large" "$at/copy"
  try 'rclone: what came back in parts' bash -c 'rclone cat "$1" | cmp - large' _ "$at/copy"
  try_says 'rclone: versions' 'sub/bytes' rclone lsf -R --s3-versions "$at/tree"
  try 'rclone: delete' rclone purge "$at"
fi
if command -v s3cmd > /dev/null; then
  host=${endpoint#*://}
  s3cmd=(s3cmd -c /dev/null --no-progress --no-ssl --host "$host" --host-bucket "$host" --region "$AWS_REGION"
    --access_key "$AWS_ACCESS_KEY_ID" --secret_key "$AWS_SECRET_ACCESS_KEY")
  at=s3://$bucket/try-clients/s3cmd
  mkdir s3cmd
  try 's3cmd: sync up' "${s3cmd[@]}" sync tree/ "$at/tree/"
  try 's3cmd: sync down' "${s3cmd[@]}" sync "$at/tree/" s3cmd/
  try 's3cmd: what came back' diff -r tree s3cmd
  try_says 's3cmd: list' 'DIR.*sub/' "${s3cmd[@]}" ls "$at/tree/"
  try 's3cmd: upload in parts' "${s3cmd[@]}" put --multipart-chunk-size-mb=5 large "$at/large"
  try 's3cmd: download' "${s3cmd[@]}" get "$at/large" large.s3cmd
  try 's3cmd: what came back in parts' cmp large large.s3cmd
  try 's3cmd: delete' "${s3cmd[@]}" del --recursive --force "$at/"
fi
# Debian's boto3 belongs to Debian's Python
python=$([ -x /usr/bin/python3 ] && echo /usr/bin/python3 || echo python3)
if "$python" -c 'import boto3' 2> /dev/null; then
  try 'boto3' "$python" "$here/try_boto3.py" "$bucket"
fi
echo "$passed passed, $failed failed"
[ "$failed" = 0 ] && [ "$passed" != 0 ]
