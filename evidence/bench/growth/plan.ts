import type { Deployed } from './deployed.js';
import type { Cost, Measured, Prices } from './stored.js';

const plannedPeople = [10_000, 1_000_000, 50_000_000] as const;

/** Sign-ins of a person a day: each calls a token hook, few need a check. */
const hooksADay = 5;

/** Assumed share of a day's checks that fall into the busiest minute. */
const busiestMinuteShare = 1 / 100;

const requestsACheck = 15;
const gbACheck = 0.003;
const bytesALogLine = 250;
const trailBytesADecision = 351;
/** Units that delete a decision from the table and its index. */
const unitsToPrune = 4;
const containerMetrics = 20;
const natGateways = 2;

const hoursAMonth = 730;
const secondsAMonth = hoursAMonth * 3600;
const daysAMonth = 365 / 12;
const bytesPerGB = 1e9;

const toText = (value: number): string =>
  new Intl.NumberFormat('en', { maximumSignificantDigits: value < 100 ? 2 : 3 }).format(value);

function usageOf(people: number, measured: Measured, { processorsATask, leastTasks, fullest }: Deployed) {
  const year = measured.years.find(({ store }) => store === 'dynamodb');
  if (year === undefined) throw new Error('docs/sizing/measured.json has no year on DynamoDB');
  const { check, hook } = year.costs;
  const scale = people / year.people / 12;
  const checks = check.count * scale;
  const hooks = people * hooksADay * daysAMonth;
  const moreHooks = hooks - hook.count * scale;
  const monthly = (of: (cost: Cost) => number): number =>
    Object.values(year.costs).reduce((sum, cost) => sum + cost.count * scale * of(cost), moreHooks * of(hook));
  const processors = (checks * measured.checkProcessorMs + hooks * measured.hookProcessorMs) / 1000 / secondsAMonth;
  const toTasks = (busy: number): number => Math.max(leastTasks, Math.ceil(busy / fullest / processorsATask));
  const busiest = processors * 24 * 60 * busiestMinuteShare;
  const tasks = toTasks(processors);
  const measuredTrail = (people / year.people) * (year.sizes.at(-1)?.trailBytes ?? 0);
  return {
    people,
    checks,
    hooks,
    busiest,
    tasks,
    busiestTasks: toTasks(busiest),
    // Of receipts, and of audit heads: one a minute for each task.
    signatures: checks + (tasks * secondsAMonth) / 60,
    macs: monthly(({ keyUses }) => keyUses),
    readMillions: monthly((cost) => cost.dynamodb?.readUnits ?? 0) / 1e6,
    writtenMillions: (monthly((cost) => cost.dynamodb?.writeUnits ?? 0) + moreHooks * unitsToPrune) / 1e6,
    tableGB: (people * year.bytesPerPerson) / bytesPerGB,
    trailGB: (measuredTrail + moreHooks * 12 * trailBytesADecision) / bytesPerGB,
  };
}
type Usage = ReturnType<typeof usageOf>;

/** Returns dollars a month, by what they are for. */
function billOf(usage: Usage, deployed: Deployed, { prices }: Prices): Record<string, number> {
  const price = (name: string): number => {
    const found = prices[name];
    if (found === undefined) throw new Error(`docs/sizing/prices.json has no ${name}`);
    return found.dollars;
  };
  const { tasks, checks, hooks, tableGB, trailGB, macs, signatures, readMillions, writtenMillions } = usage;
  const { processorsATask, gibATask, keys, secrets, alarms, logMetrics, logDays } = deployed;
  const requests = checks * requestsACheck + hooks;
  const logGB = (requests * bytesALogLine) / bytesPerGB;
  const balanced = Math.max(requests / secondsAMonth / 25, (checks * gbACheck) / hoursAMonth);
  const taskHour = processorsATask * price('fargateProcessor') + gibATask * price('fargateGiB');
  const balancerHour = price('loadBalancer') + balanced * price('loadBalancerUnit');
  const units = readMillions * price('readUnits') + writtenMillions * price('writeUnits');
  const keyCalls = (macs * price('mac') + signatures * price('eccSignature')) / 10_000;
  const logged = logGB * (price('logIngested') + (price('logStored') * logDays) / daysAMonth);
  const watched = alarms * price('alarm') + (logMetrics + containerMetrics) * price('metric');
  const bill = {
    tasks: tasks * hoursAMonth * taskHour,
    'load balancer and NAT gateways': hoursAMonth * (balancerHour + natGateways * price('natGateway')),
    DynamoDB: units + tableGB * (price('table') + price('pointInTimeRecovery')),
    'key service': keys * price('key') + keyCalls,
    'audit trail and its backup': trailGB * (price('fileSystem') + price('backup')),
    'log, metrics, alarms, secret': logged + watched + secrets * price('secret'),
  };
  return { ...bill, '**total**': Object.values(bill).reduce((sum, each) => sum + each, 0) };
}

export function showPlan(measured: Measured, deployed: Deployed, prices: Prices): string[] {
  const plans = plannedPeople.map((people) => usageOf(people, measured, deployed));
  const bills = plans.map((usage) => Object.entries(billOf(usage, deployed, prices)));
  const row = (name: string, of: (usage: Usage) => number) => [name, ...plans.map((usage) => toText(of(usage)))];
  const [head, ...rows] = [
    row('people', ({ people }) => people),
    row('checks a month', ({ checks }) => checks),
    row('hook calls a month', ({ hooks }) => hooks),
    row('processors busy in the busiest minute', ({ busiest }) => busiest),
    row(`tasks of ${deployed.processorsATask} processors, on average`, ({ tasks }) => tasks),
    row(`tasks in the busiest minute (default maximum: ${deployed.mostTasks})`, ({ busiestTasks }) => busiestTasks),
    row('DynamoDB, GB', ({ tableGB }) => tableGB),
    row('DynamoDB, million units read a month', ({ readMillions }) => readMillions),
    row('DynamoDB, million units written a month', ({ writtenMillions }) => writtenMillions),
    row('audit trail after a year, GB', ({ trailGB }) => trailGB),
    row('calls of sealing keys a month', ({ macs }) => macs),
    row('signatures a month', ({ signatures }) => signatures),
    ...bills[0].map(([name], at) => [`cost a month: ${name}`, ...bills.map((bill) => `$${toText(bill[at][1])}`)]),
  ].map((cells) => `| ${cells.join(' | ')} |`);
  return [head, `| --- |${' ---: |'.repeat(plans.length)}`, ...rows];
}
