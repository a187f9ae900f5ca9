import { createApp } from '../lib/create-app.ts'
import { currentStage } from '../lib/stages.ts'
import { Subscriber } from '../lib/subscriber.ts'
import { readApp } from './read-app.ts'

const app = createApp()
new Subscriber(app, currentStage(), await readApp(process.cwd()))
app.synth()
