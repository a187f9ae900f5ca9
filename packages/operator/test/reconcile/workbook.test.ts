import { expect, test } from 'vitest'
import { createWorkbook } from '../../src/reconcile/workbook.ts'

const object = (key: string) => ({ key, eTag: 'e', size: 1, lastModified: new Date(1000) })

test('each object meets its outputs, and what is left belongs to none', () => {
  const workbook = createWorkbook()
  const keys = ['ﬀ', '😀', 'a', "quote'd", 'z']
  workbook.addObjects(keys.map(object))
  workbook.nameObjects((key) => `${key}@`)
  workbook.addOutputs([
    { name: '😀@', key: '😀@1', lastModified: new Date(2000) },
    { name: '😀@', key: '😀@2' },
    { name: 'gone@', key: 'gone@1' },
    { name: 'ﬀ@', key: 'ﬀ@1' },
  ])

  const pairs = [...workbook.pairs()]
  workbook.close()

  expect(new Map(pairs.map((pair) => [pair.object?.key ?? pair.name, pair.outputs.map(({ key }) => key)]))).toEqual(
    new Map([
      ['a', []],
      ['gone@', ['gone@1']],
      ["quote'd", []],
      ['z', []],
      ['ﬀ', ['ﬀ@1']],
      ['😀', ['😀@1', '😀@2']],
    ]),
  )
  expect(pairs.flatMap(({ outputs }) => outputs)[2]).toEqual({ key: '😀@1', lastModified: new Date(2000) })
})

test('another subscriber begins with the same objects and nothing else', () => {
  const workbook = createWorkbook()
  workbook.addObjects([object('a')])
  workbook.nameObjects((key) => `${key}@`)
  workbook.addOutputs([{ name: 'a@', key: 'a@1' }])

  workbook.clear()
  workbook.nameObjects((key) => key)
  const pairs = [...workbook.pairs()]
  workbook.close()

  expect(pairs).toEqual([{ name: 'a', object: object('a'), outputs: [] }])
})
