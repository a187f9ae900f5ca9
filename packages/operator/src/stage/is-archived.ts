const ARCHIVES: ReadonlySet<string | undefined> = new Set(['GLACIER', 'DEEP_ARCHIVE'])

/**
 * Whether S3 refuses to read an object's bytes, by what HeadObject says. A listing knows the storage class only: neither that a
 * copy was restored nor the archive tiers of S3 Intelligent-Tiering.
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/archived-objects.html
 */
export function isArchived({ StorageClass, ArchiveStatus, Restore }: ArchiveHeaders): boolean {
  const isRestored = Restore?.includes('ongoing-request="false"') ?? false
  return (ARCHIVES.has(StorageClass) || ArchiveStatus !== undefined) && !isRestored
}

interface ArchiveHeaders {
  StorageClass?: string | undefined
  ArchiveStatus?: string | undefined
  Restore?: string | undefined
}
