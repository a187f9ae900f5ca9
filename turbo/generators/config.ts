import type { PlopTypes } from '@turbo/gen'
import { DEFAULT_FAMILIES, FAMILIES, refuseEvents, refuseName, type SubscriberAnswers } from './subscriber-answers.ts'

/** The generators of this repository, for `gen`; `pnpm new:subscriber` calls it, and installs afterwards. */
export default function generator(plop: PlopTypes.NodePlopAPI): void {
  const root = plop.getDestBasePath()
  const literal = (text: string) => (/^[\w /.-]*$/.test(text) ? `'${text}'` : JSON.stringify(text))
  plop.setHelper('literals', (texts: string | string[]) => [texts].flat().map(literal).join(', '))
  plop.setGenerator('subscriber', {
    description: 'A new subscriber: one folder in apps/ that is its queue, its function and its stack',
    prompts: [
      {
        type: 'input',
        name: 'name',
        message: 'Name (kebab-case):',
        validate: (name: string) => refuseName(name, root) ?? true,
      },
      {
        type: 'checkbox',
        name: 'events',
        message: 'Events:',
        choices: FAMILIES.map((value) => ({ value, name: value, checked: DEFAULT_FAMILIES.includes(value) })),
        // The prompt checks its choices, the command line its words
        validate: (chosen: (string | { value: string })[]) =>
          refuseEvents(chosen.map((choice) => (typeof choice === 'string' ? choice : choice.value))) ?? true,
      },
      { type: 'input', name: 'prefix', message: 'Only keys that start with (empty: all):', default: '' },
      { type: 'confirm', name: 'table', message: 'A DynamoDB table of its own?', default: false },
      { type: 'confirm', name: 'bucket', message: 'A bucket of its own?', default: false },
    ],
    actions: (answers) => addFiles(answers as SubscriberAnswers),
  })
}

function addFiles({ events, table, bucket }: SubscriberAnswers): PlopTypes.ActionType[] {
  const owns = table || bucket
  const data = { owns, both: table && bucket, removals: events.includes('removed') }
  const folders = ['every', ...(owns ? ['outputs'] : []), ...(table ? ['table'] : []), ...(bucket ? ['bucket'] : [])]
  return folders.map((folder) => ({
    type: 'addMany',
    destination: 'apps/{{name}}',
    base: `templates/${folder}`,
    templateFiles: `templates/${folder}/**/*`,
    globOptions: { dot: true },
    abortOnFail: true,
    data,
  }))
}
