import { useLoaded } from '../../frame/acting.js';
import { type Bar, BarChart } from '../../parts/chart.js';
import { Await } from '../../parts/state.js';
import type { ApplicationsWords } from './messages/applications-words.js';
import { readUsage, type Usage } from './requests.js';

const days = 30;
const msPerDay = 86_400_000;

/** Requests of every day, also of those without any. */
function toBars(usage: readonly Usage[], now: number): Bar[] {
  return Array.from({ length: days }, (_, at) => {
    const day = new Date(now - (days - 1 - at) * msPerDay).toISOString().slice(0, 10);
    const ofDay = usage.filter((each) => each.day === day);
    return {
      day,
      value: ofDay.reduce((sum, { requests }) => sum + requests, 0),
      failed: ofDay.flatMap(({ refusals }) => Object.values(refusals)).reduce((sum, count) => sum + count, 0),
    };
  });
}

/** What an application used in a month. */
export function UsageChart({ id, words: { usage } }: { readonly id: string; readonly words: ApplicationsWords }) {
  const used = useLoaded(readUsage(id, days));
  return (
    <section>
      <h2>{usage.heading}</h2>
      <Await loaded={used}>
        {(reply) => (
          <BarChart
            title={usage.title}
            bars={toBars(reply.usage, Date.now())}
            headings={{ value: usage.requests, failed: usage.refused }}
          />
        )}
      </Await>
    </section>
  );
}
