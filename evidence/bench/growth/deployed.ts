import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { projectRoot } from '../../../support/run/paths.js';

const folder = join(projectRoot, 'infra/terraform/modules/aws');

export type Deployed = ReturnType<typeof readDeployed>;

/** Reads what the AWS module deploys with the defaults of its variables. @throws Error if a value is not found */
export function readDeployed() {
  const files = readdirSync(folder).filter((name) => name.endsWith('.tf'));
  const source = files.map((name) => readFileSync(join(folder, name), 'utf8')).join('\n');
  const numberIn = (pattern: RegExp): number => {
    const found = Number(pattern.exec(source)?.[1]);
    if (Number.isNaN(found)) throw new Error(`the AWS module has no ${pattern.source}`);
    return found;
  };
  const count = (pattern: RegExp): number => source.match(pattern)?.length ?? 0;
  return {
    processorsATask: numberIn(/variable "cpu" {[^}]*default += (\d+)/) / 1024,
    gibATask: numberIn(/variable "memory" {[^}]*default += (\d+)/) / 1024,
    leastTasks: numberIn(/least = (\d+), most/),
    mostTasks: numberIn(/least = \d+, most = (\d+)/),
    fullest: numberIn(/target_value += (\d+)/) / 100,
    logDays: numberIn(/variable "log_retention_days" {[^}]*default += (\d+)/),
    keys: count(/^resource "aws_kms_key"/gm),
    secrets: count(/^resource "aws_secretsmanager_secret" /gm),
    logMetrics: count(/^ +\w+ += "{ \$\./gm),
    alarms: count(/{ above = /g) + count(/^resource "aws_cloudwatch_metric_alarm" "(?!log)/gm),
  };
}
