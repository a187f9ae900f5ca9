export { PROMISES } from './promises.ts'
export { type Statement, statementsIn } from './statements.ts'
export { idOf, type Resource, resourcesIn, type TemplateJson, valueAt } from './template.ts'
