import { useState } from 'react';
import { Button } from 'react-aria-components/Button';
import { toRefusal, useActing, useLoaded, useMay } from '../../frame/acting.js';
import type { Refusal } from '../../frame/call.js';
import { Link } from '../../frame/router.js';
import { useFormats, useWords } from '../../frame/words.js';
import { countLines } from '../../ledger/requests.js';
import { BarChart } from '../../parts/chart.js';
import { Await, Empty, Problem } from '../../parts/state.js';
import type { HomeWords } from './messages/home-words.js';
import { readCensus } from './requests.js';

/** Enrolments and check results by connection. */
export function Connections({ words }: { readonly words: HomeWords }) {
  const loaded = useLoaded(countLines);
  const { number } = useFormats();
  const [mayList, mayPlan] = [useMay('audit'), useMay('configure')];
  const { figures } = words;
  return (
    <section>
      <h2>{figures.heading}</h2>
      <Await loaded={loaded}>
        {({ connections }) => (
          <>
            {connections.length === 0 && <Empty>{figures.none}</Empty>}
            {connections.map(({ connection, enrolled, lockedOut, days }) => {
              const people = `/people?connection=${encodeURIComponent(connection)}`;
              return (
                <article key={connection}>
                  <h3>
                    <bdi>{connection}</bdi>
                  </h3>
                  <dl className="facts">
                    <div>
                      <dt>{figures.enrolled}</dt>
                      <dd>
                        {mayList ? <Link to={people}>{number(enrolled)}</Link> : number(enrolled)}
                        {mayPlan && <Eligible connection={connection} words={words} />}
                      </dd>
                    </div>
                    <div>
                      <dt>{figures.lockedOut}</dt>
                      <dd>
                        {mayList ? <Link to={`${people}&status=locked`}>{number(lockedOut)}</Link> : number(lockedOut)}
                      </dd>
                    </div>
                  </dl>
                  <BarChart
                    title={figures.chart(connection)}
                    bars={days.toReversed().map(({ day, passed, refused }) => ({
                      ...{ day, value: passed + refused, failed: refused },
                    }))}
                    headings={{ value: figures.checks, failed: figures.refused }}
                  />
                </article>
              );
            })}
          </>
        )}
      </Await>
    </section>
  );
}

/** Loaded on request because it queries the provider. */
function Eligible({ connection, words: { figures } }: { readonly connection: string; readonly words: HomeWords }) {
  const { call } = useActing();
  const { number } = useFormats();
  const { working } = useWords();
  const [told, setTold] = useState<string | null>(null);
  const [isBusy, setBusy] = useState(false);
  const [refusal, setRefusal] = useState<Refusal | null>(null);
  const ask = (): void => {
    setBusy(true);
    setRefusal(null);
    call(readCensus(connection))
      .then(
        ({ census }) =>
          setTold(
            census === null
              ? figures.untold
              : (census.isComplete ? figures.of : figures.ofAtLeast)(number(census.users)),
          ),
        (thrown: unknown) => setRefusal(toRefusal(thrown)),
      )
      .finally(() => setBusy(false));
  };
  if (told !== null) return <span role="status"> {told}</span>;
  return (
    <>
      {' '}
      <Button className="button quiet" aria-label={`${figures.count}: ${connection}`} isDisabled={isBusy} onPress={ask}>
        {isBusy ? working : figures.count}
      </Button>
      {refusal !== null && <Problem refusal={refusal} />}
    </>
  );
}
