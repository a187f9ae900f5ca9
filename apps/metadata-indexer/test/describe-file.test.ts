import { describe, expect, it } from 'vitest'
import { cameraName, describeFile } from '../src/describe-file.ts'

describe('describeFile', () => {
  it.each([
    [{ make: 'NIKON CORPORATION', model: 'NIKON D90', width: 4288, height: 2848 }, 'Nikon D90 12.2 MP'],
    [{ make: 'Apple', model: 'iPhone 6', width: 640, height: 480 }, 'Apple iPhone 6 0.3 MP'],
    [{ make: 'Canon', model: 'Canon EOS 40D', width: 100, height: 68 }, 'Canon EOS 40D 100x68'],
    [{ make: 'Canon', model: 'Canon EOS 40D' }, 'Canon EOS 40D'],
    [{ width: 640, height: 480 }, 'image/jpeg 640x480'],
    [{}, 'image/jpeg'],
  ])('%j is %s', (metadata, expected) => {
    expect(describeFile({ mime: 'image/jpeg', size: 1, ...metadata })).toBe(expected)
  })

  it('says why there is no type', () => {
    expect(describeFile({ size: 0 })).toBe('empty')
    expect(describeFile({ size: 1 })).toBe('archived')
  })
})

describe('cameraName', () => {
  it.each([
    ['Canon', 'Canon EOS 350D DIGITAL', 'Canon EOS 350D DIGITAL'],
    ['LEICA CAMERA AG', 'LEICA T (Typ 701)', 'Leica T (Typ 701)'],
    ['OLYMPUS IMAGING CORP.', 'E-M5', 'Olympus E-M5'],
    ['EASTMAN KODAK COMPANY', 'KODAK DX4330 DIGITAL CAMERA', 'Kodak DX4330 DIGITAL CAMERA'],
    ['samsung', 'SM-G900F', 'Samsung SM-G900F'],
    ['LGE', 'Nexus 4', 'LGE Nexus 4'],
    ['HTC', 'HTC One_M8', 'HTC One_M8'],
    ['NIKON', undefined, 'Nikon'],
    [undefined, 'E775', 'E775'],
    [undefined, undefined, ''],
  ])('of make %s and model %s is %s', (make, model, expected) => {
    expect(cameraName(make, model)).toBe(expected)
  })
})
