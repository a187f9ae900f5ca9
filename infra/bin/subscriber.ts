import { basename, join } from 'node:path'
import type { SubscriberDefinition } from '../lib/define-subscriber.ts'
import { createApp } from '../lib/create-app.ts'
import { currentStage } from '../lib/stages.ts'
import { Subscriber } from '../lib/subscriber.ts'

const folder = process.cwd()
const { default: definition }: { default?: SubscriberDefinition } = await import(join(folder, 'infra.ts'))
if (!definition) throw new Error('infra.ts has no default export, it should be defineSubscriber({ … })')

const app = createApp()
new Subscriber(app, currentStage(), { ...definition, name: basename(folder), code: join(folder, 'dist/lambda') })
app.synth()
