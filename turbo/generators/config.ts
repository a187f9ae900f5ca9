import type { PlopTypes } from '@turbo/gen'
export default function generator(plop: PlopTypes.NodePlopAPI): void {
  plop.setGenerator('subscriber', {
    description: 'A new subscriber: its folder, queue, function and stack',
    prompts: [
      { type: 'input', name: 'name', message: 'Name (kebab-case):', validate: (v: string) => /^[a-z]+$/.test(v) || 'bad name: ' + v },
      { type: 'input', name: 'events', message: 'E:', default: 'created,removed' },
      { type: 'input', name: 'prefix', message: 'P:', default: '' },
      { type: 'confirm', name: 'table', message: 'Table?', default: false },
      { type: 'confirm', name: 'bucket', message: 'B?', default: false },
    ],
    actions: (answers) => { console.log(answers); return [] },
  })
}
