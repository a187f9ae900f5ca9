import { startRecorder } from './recorder.ts'

/** Starts a recorder to try commands against by hand: prints what to set, and every call as it comes. */
const recorder = await startRecorder(Number(process.argv[2] ?? 4669))
console.log(
  `export AWS_ENDPOINT_URL=${recorder.endpoint} AWS_REGION=${recorder.account.region} AWS_ACCESS_KEY_ID=a AWS_SECRET_ACCESS_KEY=b`,
)
let seen = 0
setInterval(() => {
  for (; seen < recorder.calls.length; seen++) console.log(recorder.calls[seen])
}, 200)
