import { join } from 'node:path'
import { createApp } from '../lib/create-app.ts'
import { ObjectEventHub } from '../lib/object-event-hub.ts'
import { currentStage } from '../lib/stages.ts'

const app = createApp()
new ObjectEventHub(app, currentStage(), join(import.meta.dirname, '../dist/lambda'))
app.synth()
