export { encodeKey } from '../encode-key.ts'
export { buildNotification, buildObjectEvent, type EventOverrides } from './build-event.ts'
