import type { Texts as ApplicationsWords } from '../../../../locales/compiled/console/applications/texts.js';
import { useLoaded } from '../../frame/acting.js';
import { type Bar, BarChart } from '../../parts/chart.js';
import { Await, Section } from '../../parts/state.js';
import { readUsage, type Usage, usageDays } from './requests.js';

const msPerDay = 86_400_000;

function toBars(usage: readonly Usage[], now: number): Bar[] {
  return Array.from({ length: usageDays }, (_, at) => {
    const day = new Date(now - (usageDays - 1 - at) * msPerDay).toISOString().slice(0, 10);
    const ofDay = usage.filter((each) => each.day === day);
    return {
      day,
      value: ofDay.reduce((sum, { requests }) => sum + requests, 0),
      failed: ofDay.flatMap(({ refusals }) => Object.values(refusals)).reduce((sum, count) => sum + count, 0),
    };
  });
}

export function UsageChart({
  path,
  words: { usage },
}: {
  /** Path of the application. */
  readonly path: string;
  readonly words: Pick<ApplicationsWords, 'usage'>;
}) {
  const used = useLoaded(readUsage(path));
  return (
    <Section heading={usage.heading}>
      <Await loaded={used}>
        {(reply) => (
          <BarChart
            title={usage.title}
            bars={toBars(reply.usage, Date.now())}
            headings={{ value: usage.requests, failed: usage.refused }}
          />
        )}
      </Await>
    </Section>
  );
}
