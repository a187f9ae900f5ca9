import type { LiveRow, Tombstone } from '@fanout/schemas'

/** The row of a photo, with what a test wants to be different. */
export function buildLiveRow(overrides: Partial<LiveRow> = {}): LiveRow {
  return {
    objectKey: 'photo.jpg',
    deleted: false,
    revision: '8f14e45f-ceea-467f-9575-6b4c2ea4d0b1',
    indexedAt: '2026-01-21T23:21:01.123Z',
    eTag: 'd41d8cd98f00b204e9800998ecf8427e',
    size: 3_196_160,
    lastModified: '2026-01-21T23:21:00.000Z',
    declaredType: 'image/jpeg',
    format: 'jpeg',
    mime: 'image/jpeg',
    width: 4288,
    height: 2848,
    orientation: 1,
    make: 'NIKON CORPORATION',
    model: 'NIKON D90',
    dateTimeOriginal: '2011-04-25T01:55:30',
    gps: { lat: 51.482995, lon: -3.185337 },
    exposureSeconds: 0.0333333,
    fNumber: 3.2,
    iso: 250,
    focalLengthMm: 24,
    colorSpace: 'sRGB',
    camera: 'Nikon D90',
    dayTaken: '2011-04-25',
    extractor: 1,
    ...overrides,
  }
}

export function buildTombstone(overrides: Partial<Tombstone> = {}): Tombstone {
  return {
    objectKey: 'photo.jpg',
    deleted: true,
    revision: '8f14e45f-ceea-467f-9575-6b4c2ea4d0b2',
    indexedAt: '2026-01-21T23:21:02.123Z',
    expiresAt: 1_772_925_661,
    ...overrides,
  }
}
