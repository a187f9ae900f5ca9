export { buildNotification, buildObjectEvent, encodeKey, type EventOverrides } from './build-event.ts'
