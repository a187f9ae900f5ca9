/** A key prefix as S3 writes it in notifications and expects it in notification filters: URL-encoded, space as `+`. */
export function encodeKeyPrefix(prefix: string): string {
  return encodeURIComponent(prefix)
    .replaceAll('%20', '+')
    .replaceAll('%2F', '/')
    .replaceAll(/[!'()~]/g, (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`)
}
