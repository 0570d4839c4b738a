import { useEffect, useRef, useState } from 'react';
import { Button } from 'react-aria-components/Button';
import { usePages } from '../../frame/acting.js';
import { useParameters } from '../../frame/router.js';
import { Checks } from '../../ledger/checks.js';
import { listChecks } from '../../ledger/requests.js';
import { Filters, toFilter } from './filters.js';
import { defineScreen, useTexts } from './texts.js';

export const log = defineScreen(function Log() {
  const words = useTexts();
  const given = useParameters();
  return (
    <>
      <h1>{words.heading}</h1>
      <Filters key={`filters ${given}`} given={given} />
      <Shown key={`checks ${given}`} given={given} />
    </>
  );
});

function Shown({ given }: { readonly given: URLSearchParams }) {
  const words = useTexts();
  const filter = toFilter(given);
  const [unasked, setUnasked] = useState<readonly string[]>([]);
  const [isFollowing, setFollowing] = useState(false);
  const paged = usePages(
    (cursor) => listChecks(filter, cursor),
    (reply) => {
      setUnasked(reply.unasked);
      return reply.checks;
    },
  );
  useRepeated(paged.poll, isFollowing);
  return (
    <>
      {unasked.length > 0 && <p className="note warn">{words.ledger.unasked(unasked.join(', '))}</p>}
      <div className="actions">
        <Button className="button quiet" aria-pressed={isFollowing} onPress={() => setFollowing(!isFollowing)}>
          {isFollowing ? words.follow.pause : words.follow.start}
        </Button>
      </div>
      <p className="fine soft" role="status">
        {isFollowing && words.follow.running}
      </p>
      <Checks paged={paged} caption={words.heading} empty={words.empty} ofAll words={words.ledger} />
    </>
  );
}

const everyMs = 2_000;

function useRepeated(work: () => Promise<void>, isOn: boolean): void {
  const latest = useRef(work);
  latest.current = work;
  useEffect(() => {
    if (!isOn) return;
    let timer: number | undefined;
    const repeat = async (): Promise<void> => {
      if (!document.hidden) await latest.current();
      if (timer !== -1) timer = window.setTimeout(() => void repeat(), everyMs);
    };
    void repeat();
    return () => {
      window.clearTimeout(timer);
      timer = -1;
    };
  }, [isOn]);
}
