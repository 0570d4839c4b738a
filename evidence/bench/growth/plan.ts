import type { Measured, Prices } from './stored.js';

/** Installations that are planned. */
const plannedPeople = [10_000, 1_000_000, 50_000_000] as const;

/** Of a day's checks, in its busiest minute. Assumed. */
const busiestMinuteShare = 1 / 100;

/** Machines are planned to be half full, in processors and in memory, and there are two of each kind at least. */
const fullest = 0.5;
const fewestMachines = 2;

const hoursAMonth = 730;
const monthsAYear = 12;
const daysAYear = 365;
const bytesPerGiB = 1024 ** 3;
const bytesPerGB = 1e9;

type Year = Measured['years'][number];
type Operation = keyof Year['costs'];

const findYear = ({ years }: Measured, store: Year['store']): Year => {
  const found = years.find((year) => year.store === store);
  if (found === undefined) throw new Error(`no year on ${store} is stored`);
  return found;
};

/** What a person costs in a year. */
function sumPerPerson({ people, costs }: Year, of: (cost: Year['costs'][Operation]) => number): number {
  return Object.values(costs).reduce((sum, cost) => sum + cost.count * of(cost), 0) / people;
}

/** Two digits that count, with a comma every three. */
const toText = (value: number): string =>
  new Intl.NumberFormat('en', { maximumSignificantDigits: value < 100 ? 2 : 3 }).format(value);

const toDollars = (value: number): string => `$${toText(value)}`;

/** One installation, by what was measured; arithmetic alone. */
export function planFor(people: number, measured: Measured, prices: Prices) {
  const [sqlite, redis, dynamodb] = (['sqlite', 'redis', 'dynamodb'] as const).map((kind) => findYear(measured, kind));
  if (sqlite === undefined || redis === undefined || dynamodb === undefined) throw new Error('no year');
  const { machine, kms, dynamodb: units } = prices;
  const checksAYear = (people * redis.costs.check.count) / redis.people;
  const checksASecond = ((checksAYear / daysAYear) * busiestMinuteShare) / 60;
  const processors = (checksASecond * (measured.checkProcessorMs + measured.hookProcessorMs)) / 1000;
  const servers = Math.max(fewestMachines, Math.ceil(processors / fullest / machine.cores));
  const redisGiB = (people * redis.bytesPerPerson) / bytesPerGiB;
  // Each has a replica.
  const redisServers = 2 * Math.ceil(redisGiB / fullest / machine.memoryGiB);
  const keyCallsAMonth = (people * sumPerPerson(redis, (cost) => cost.keyUses)) / monthsAYear;
  const millionsAMonth = (of: (cost: Year['costs'][Operation]) => number): number =>
    (people * sumPerPerson(dynamodb, of)) / monthsAYear / 1e6;
  const readMillions = millionsAMonth((cost) => cost.dynamodb?.readUnits ?? 0);
  const writtenMillions = millionsAMonth((cost) => cost.dynamodb?.writeUnits ?? 0);
  const dynamodbGB = (people * dynamodb.bytesPerPerson) / bytesPerGB;
  const toMonthly = (machines: number): number => machines * machine.dollarsAnHour * hoursAMonth;
  return {
    people,
    checksASecond,
    processors,
    servers,
    sqliteGiB: (people * sqlite.bytesPerPerson) / bytesPerGiB,
    redisGiB,
    redisServers,
    keyCallsAMonth,
    readMillions,
    writtenMillions,
    dynamodbGB,
    dollars: {
      servers: toMonthly(servers),
      redis: toMonthly(redisServers),
      keys: (keyCallsAMonth / 10_000) * kms.dollarsPer10000 + kms.dollarsAKeyAMonth,
      dynamodb:
        readMillions * units.dollarsPerMillionRead +
        writtenMillions * units.dollarsPerMillionWritten +
        dynamodbGB * units.dollarsAGBAMonth,
    },
  };
}

type Plan = ReturnType<typeof planFor>;

const rows = ({ machine }: Prices): readonly (readonly [string, (plan: Plan) => string])[] => [
  ['checks a second, busiest minute', ({ checksASecond }) => toText(checksASecond)],
  ['processors busy then', ({ processors }) => toText(processors)],
  [`servers of ${machine.cores} cores, half full`, ({ servers }) => toText(servers)],
  ['SQLite, GiB on disk (one server)', ({ sqliteGiB }) => toText(sqliteGiB)],
  ['Redis, GiB in memory', ({ redisGiB }) => toText(redisGiB)],
  [
    `Redis servers of ${machine.memoryGiB} GiB, half full, each with a replica`,
    ({ redisServers }) => toText(redisServers),
  ],
  ['DynamoDB, GB', ({ dynamodbGB }) => toText(dynamodbGB)],
  ['DynamoDB, million units read a month', ({ readMillions }) => toText(readMillions)],
  ['DynamoDB, million units written a month', ({ writtenMillions }) => toText(writtenMillions)],
  ['calls of the key service a month', ({ keyCallsAMonth }) => toText(keyCallsAMonth)],
  ['**a month:** servers', ({ dollars }) => toDollars(dollars.servers)],
  ['Redis', ({ dollars }) => toDollars(dollars.redis)],
  ['or DynamoDB', ({ dollars }) => toDollars(dollars.dynamodb)],
  ['key service', ({ dollars }) => toDollars(dollars.keys)],
];

const toRow = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;

/** The table of installations in `docs/sizing.md`, line by line. */
export function showPlan(measured: Measured, prices: Prices): string[] {
  const plans = plannedPeople.map((people) => planFor(people, measured, prices));
  return [
    toRow(['people', ...plans.map(({ people }) => toText(people))]),
    toRow(['---', ...plans.map(() => '---:')]),
    ...rows(prices).map(([name, of]) => toRow([name, ...plans.map(of)])),
  ];
}

const mostTrailBytes = (sizes: Year['sizes']): number => Math.max(...sizes.map(({ trailBytes }) => trailBytes));

/** The table of what was measured there. */
export function showMeasured({ years }: Measured): string[] {
  const columns: readonly (readonly [string, (year: Year) => string])[] = [
    ['people simulated', ({ people }) => toText(people)],
    ['stored, bytes a person', ({ bytesPerPerson }) => toText(bytesPerPerson)],
    ['audit trail on disk, bytes a person', ({ people, sizes }) => toText(mostTrailBytes(sizes) / people)],
    ['calls of the state: a check', ({ costs }) => String(costs.check.stateCalls)],
    ['a hook', ({ costs }) => String(costs.hook.stateCalls)],
    ['an enrolment', ({ costs }) => String(costs.enrolment.stateCalls)],
    ['a person who leaves', ({ costs }) => String(costs.leaver.stateCalls)],
    ['units of a check, read and written', ({ costs: { check } }) => toUnits(check)],
    ['units of a hook', ({ costs: { hook } }) => toUnits(hook)],
    ['process, MiB, start and end', ({ rssMiB }) => `${rssMiB.start}, ${rssMiB.end}`],
  ];
  return [
    toRow(['', ...years.map(({ store }) => store)]),
    toRow(['---', ...years.map(() => '---:')]),
    ...columns.map(([name, of]) => toRow([name, ...years.map(of)])),
  ];
}

const toUnits = ({ dynamodb }: Year['costs'][Operation]): string =>
  dynamodb === null ? '–' : `${dynamodb.readUnits}, ${dynamodb.writeUnits}`;
