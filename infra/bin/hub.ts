import { createApp } from '../lib/create-app.ts'
import { ObjectEventHub } from '../lib/object-event-hub.ts'
import { currentStage } from '../lib/stages.ts'

const app = createApp()
new ObjectEventHub(app, currentStage())
app.synth()
