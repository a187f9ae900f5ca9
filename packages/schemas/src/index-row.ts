import * as z from 'zod'

/** What the bytes of a file say of it; absent is what they do not say. */
export const FileMetadata = z.object({
  /** By the bytes, not by the name or the Content-Type; a short name, e.g. `jpeg`. */
  format: z.string().optional(),
  /** The same as a media type, e.g. `image/jpeg`. */
  mime: z.string().optional(),
  /** Pixels as encoded, before `orientation` is applied. */
  width: z.number().optional(),
  height: z.number().optional(),
  /** EXIF, 1 to 8. */
  orientation: z.number().optional(),
  make: z.string().optional(),
  model: z.string().optional(),
  lens: z.string().optional(),
  /** The camera's clock, without a zone: `2008-05-30T15:56:01`. */
  dateTimeOriginal: z.string().optional(),
  /** The zone of that clock, e.g. `+02:00`. */
  offset: z.string().optional(),
  /** Degrees, north and east positive. */
  gps: z.object({ lat: z.number(), lon: z.number() }).optional(),
  exposureSeconds: z.number().optional(),
  fNumber: z.number().optional(),
  iso: z.number().optional(),
  focalLengthMm: z.number().optional(),
  /** What EXIF says of it. */
  colorSpace: z.string().optional(),
  /** The name of the embedded colour profile. */
  iccProfile: z.string().optional(),
})
export type FileMetadata = z.infer<typeof FileMetadata>

/** What S3 may change of an object without writing it anew. */
export const Annotations = z.object({
  storageClass: z.string().optional(),
  replicationStatus: z.string().optional(),
})
export type Annotations = z.infer<typeof Annotations>

const Row = z.object({
  objectKey: z.string(),
  /** Another one with every write: a write that must not be lost names the one that it replaces. */
  revision: z.string(),
  /** The order of the newest event that this row knows of; absent as long as no event had one. */
  order: z.string().optional(),
  indexedAt: z.string(),
})

/** An object that is there. */
export const LiveRow = z.object({
  ...Row.shape,
  deleted: z.literal(false),
  /** Without quotes. */
  eTag: z.string(),
  /** Bytes. */
  size: z.number(),
  versionId: z.string().optional(),
  lastModified: z.string(),
  /** The Content-Type that the uploader gave. */
  declaredType: z.string().optional(),
  ...FileMetadata.shape,
  ...Annotations.shape,
  /** The camera's day, `2008-05-30`; absent for what has no date, so that its index holds photos only. */
  dayTaken: z.string().optional(),
  /** Maker and model as people say it, `Nikon D90`. */
  camera: z.string().optional(),
  /** Which edition of the reading code the metadata are from; absent as long as the bytes are archived and nobody read them. */
  extractor: z.number().optional(),
})
export type LiveRow = z.infer<typeof LiveRow>

/** An object that is gone: kept so that an older event cannot bring it back. */
export const Tombstone = z.object({
  ...Row.shape,
  deleted: z.literal(true),
  /** Epoch seconds after which DynamoDB may forget it. */
  expiresAt: z.number(),
})
export type Tombstone = z.infer<typeof Tombstone>

/** One item of the index table, partition `objectKey`: the object under this key as it is now. */
export const IndexRow = z.discriminatedUnion('deleted', [LiveRow, Tombstone])
export type IndexRow = z.infer<typeof IndexRow>

/**
 * The global secondary indexes by which rows are found, each with `objectKey` as its sort key. A row without the attribute is
 * not in its index; one that is in it costs one write unit more.
 */
export const INDEX_FACETS = {
  type: { index: 'ByType', attribute: 'mime' },
  day: { index: 'ByDayTaken', attribute: 'dayTaken' },
  camera: { index: 'ByCamera', attribute: 'camera' },
} as const

/** What every index holds of a row, so that a search reads nothing else. */
export const FoundRow = LiveRow.pick({
  objectKey: true,
  mime: true,
  size: true,
  width: true,
  height: true,
  dateTimeOriginal: true,
  dayTaken: true,
  camera: true,
})
export type FoundRow = z.infer<typeof FoundRow>
