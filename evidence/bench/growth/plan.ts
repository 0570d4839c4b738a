import type { Cost, Measured, Prices, StoreKind, Year } from './stored.js';

const plannedPeople = [10_000, 1_000_000, 50_000_000] as const;

/** Assumed share of a day's checks that fall into the busiest minute. */
const busiestMinuteShare = 1 / 100;

/** Target utilization of processors and memory. */
const fullest = 0.5;
const fewestMachines = 2;

const hoursAMonth = 730;
const monthsAYear = 12;
const daysAYear = 365;
const bytesPerGiB = 1024 ** 3;
const bytesPerGB = 1e9;

function findYear({ years }: Measured, store: StoreKind): Year {
  const found = years.find((year) => year.store === store);
  if (found === undefined) throw new Error(`no year on ${store} is stored`);
  return found;
}

const toText = (value: number): string =>
  new Intl.NumberFormat('en', { maximumSignificantDigits: value < 100 ? 2 : 3 }).format(value);

const toDollars = (value: number): string => `$${toText(value)}`;

function planFor(people: number, measured: Measured, { machine, kms, dynamodb: units }: Prices) {
  const redis = findYear(measured, 'redis');
  const dynamodb = findYear(measured, 'dynamodb');
  const perMonth = (year: Year, of: (cost: Cost) => number): number => {
    const aYear = Object.values(year.costs).reduce((sum, cost) => sum + cost.count * of(cost), 0);
    return (people * aYear) / year.people / monthsAYear;
  };
  const toMonthly = (machines: number): number => machines * machine.dollarsAnHour * hoursAMonth;
  const checksAYear = (people * redis.costs.check.count) / redis.people;
  const checksASecond = ((checksAYear / daysAYear) * busiestMinuteShare) / 60;
  const processors = (checksASecond * (measured.checkProcessorMs + measured.hookProcessorMs)) / 1000;
  const servers = Math.max(fewestMachines, Math.ceil(processors / fullest / machine.cores));
  const redisGiB = (people * redis.bytesPerPerson) / bytesPerGiB;
  const redisServers = 2 * Math.ceil(redisGiB / fullest / machine.memoryGiB);
  const keyCallsAMonth = perMonth(redis, ({ keyUses }) => keyUses);
  const readMillions = perMonth(dynamodb, (cost) => cost.dynamodb?.readUnits ?? 0) / 1e6;
  const writtenMillions = perMonth(dynamodb, (cost) => cost.dynamodb?.writeUnits ?? 0) / 1e6;
  const dynamodbGB = (people * dynamodb.bytesPerPerson) / bytesPerGB;
  return {
    people,
    checksASecond,
    processors,
    servers,
    redisGiB,
    redisServers,
    sqliteGiB: (people * findYear(measured, 'sqlite').bytesPerPerson) / bytesPerGiB,
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

function toTable<Entry>(
  entries: readonly Entry[],
  rows: readonly (readonly [string, (entry: Entry) => string])[],
): string[] {
  const [head, ...others] = rows.map(([name, of]) => `| ${[name, ...entries.map(of)].join(' | ')} |`);
  return [head, `| --- |${' ---: |'.repeat(entries.length)}`, ...others];
}

export function showPlan(measured: Measured, prices: Prices): string[] {
  const { cores, memoryGiB } = prices.machine;
  const plans = plannedPeople.map((people) => planFor(people, measured, prices));
  return toTable(plans, [
    ['people', ({ people }) => toText(people)],
    ['checks a second in the busiest minute', ({ checksASecond }) => toText(checksASecond)],
    ['processors busy in that minute', ({ processors }) => toText(processors)],
    [`servers of ${cores} cores, half loaded`, ({ servers }) => toText(servers)],
    ['SQLite, GiB on disk (one server)', ({ sqliteGiB }) => toText(sqliteGiB)],
    ['Redis, GiB in memory', ({ redisGiB }) => toText(redisGiB)],
    [`Redis servers of ${memoryGiB} GiB, half full, each with a replica`, ({ redisServers }) => toText(redisServers)],
    ['DynamoDB, GB', ({ dynamodbGB }) => toText(dynamodbGB)],
    ['DynamoDB, million units read a month', ({ readMillions }) => toText(readMillions)],
    ['DynamoDB, million units written a month', ({ writtenMillions }) => toText(writtenMillions)],
    ['calls of the key service a month', ({ keyCallsAMonth }) => toText(keyCallsAMonth)],
    ['cost a month: servers', ({ dollars }) => toDollars(dollars.servers)],
    ['cost a month: Redis', ({ dollars }) => toDollars(dollars.redis)],
    ['cost a month: DynamoDB instead of Redis', ({ dollars }) => toDollars(dollars.dynamodb)],
    ['cost a month: key service', ({ dollars }) => toDollars(dollars.keys)],
  ]);
}
