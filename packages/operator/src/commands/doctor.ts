import { Command } from 'commander'
import { styleText } from 'node:util'
import { example, type SetExitCode } from '../command-line/command-options.ts'
import { listConnections } from '../stage/connection.ts'
import { checkMachine } from '../doctor/check-machine.ts'
import { examineStage } from '../doctor/examine-stage.ts'
import { ok, problem, type Finding } from '../doctor/finding.ts'
import { readPermissions, type PermissionReport } from '../doctor/read-permissions.ts'
import { EXIT } from '../exit-codes.ts'
import { printable } from '../printing/printable.ts'
import { addTargetOptions, type TargetOptions } from '../command-line/target-options.ts'
import { withStage } from '../command-line/with-stage.ts'
import { WORKSPACE_ROOT } from '../workspace.ts'

interface DoctorOptions extends TargetOptions {
  permissions?: true
}

export const doctorCommand = (setExitCode: SetExitCode): Command =>
  addTargetOptions(new Command('doctor'))
    .description(
      'Looks at this machine and at a stage, and says what is wrong and what to do. Exits 3 when something is.',
    )
    .option('--permissions', 'instead, what the roles in the local cloud used, did not use, and were refused')
    .addHelpText('after', example('pnpm fanout doctor', 'pnpm -s fanout doctor --permissions --json'))
    .action(async (options: DoctorOptions) => {
      if (options.permissions) {
        const report = await withStage(options, readPermissions)
        if (report.denied.length > 0) setExitCode(EXIT.needsAttention)
        return options.json ? console.log(JSON.stringify(report, undefined, 2)) : printPermissions(report)
      }
      const findings = [...(await checkMachine(WORKSPACE_ROOT)), ...(await examine(options))]
      if (findings.some(({ level }) => level === 'problem' || level === 'warning')) setExitCode(EXIT.needsAttention)
      if (options.json) console.log(JSON.stringify({ findings: findings.map(documentOf) }, undefined, 2))
      else findings.forEach(printFinding)
    })

/** That a stage cannot be reached is what somebody asks the doctor about. */
async function examine(options: DoctorOptions): Promise<Finding[]> {
  const isAsked = options.stage !== undefined || options.port !== undefined || process.env['STAGE'] !== undefined
  if (!isAsked && (await listConnections(WORKSPACE_ROOT)).length === 0) return []
  try {
    return await withStage(options, async (stage) => [
      ok('stage', `${stage.name} in account ${stage.account}, ${stage.region}`),
      ...(await examineStage(stage, WORKSPACE_ROOT)),
    ])
  } catch (error) {
    const text = error instanceof Error ? error.message : String(error)
    return [problem('stage', text, 'as it says; for a stage on AWS, log in and pass --profile and --region')]
  }
}

const documentOf = ({ remedy, ...finding }: Finding) => ({ ...finding, remedy: remedy ?? null })

const MARKS = {
  ok: ['green', 'ok'],
  unknown: ['gray', '?'],
  warning: ['yellow', 'look'],
  problem: ['red', 'wrong'],
} as const

function printFinding({ check, level, text, remedy }: Finding): void {
  const [colour, mark] = MARKS[level]
  console.log(`${styleText(colour, mark.padEnd(5))}  ${check}: ${printable(text)}`)
  if (remedy !== undefined) console.log(`       → ${remedy}`)
}

function printPermissions({ roles, denied }: PermissionReport): void {
  for (const { role, used, unused } of roles) {
    console.log(nameIn(role))
    for (const permission of used) console.log(`  used     ${permission}`)
    for (const permission of unused) console.log(`  unused   ${permission}`)
  }
  for (const { principal, action, resource } of denied)
    console.log(`refused  ${nameIn(principal)}  ${action} on ${resource}`)
  if (denied.length === 0) console.log('nothing was refused')
}

const nameIn = (arn: string): string => arn.slice(arn.indexOf('/') + 1)
