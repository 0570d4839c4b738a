import { useState } from 'react';
import { Button } from 'react-aria-components/Button';
import { usePages } from '../../frame/acting.js';
import { useParameters } from '../../frame/router.js';
import { defineScreen } from '../../frame/screen.js';
import { ledgerMessages } from '../../ledger/ledger-messages.js';
import { listLines } from '../../ledger/requests.js';
import { Problem } from '../../parts/state.js';
import { Filters, toFilter } from './filters.js';
import { useFollowed } from './follow.js';
import { Lines } from './lines.js';
import type { LogWords } from './messages/log-words.js';
import { SaveCsv } from './save-csv.js';

export const log = defineScreen(
  {
    en: async () => ({ ...(await import('./messages/en.js')).en, ledger: await ledgerMessages.en() }),
    de: async () => ({ ...(await import('./messages/de.js')).de, ledger: await ledgerMessages.de() }),
    es: async () => ({ ...(await import('./messages/es.js')).es, ledger: await ledgerMessages.es() }),
    fr: async () => ({ ...(await import('./messages/fr.js')).fr, ledger: await ledgerMessages.fr() }),
    ar: async () => ({ ...(await import('./messages/ar.js')).ar, ledger: await ledgerMessages.ar() }),
  },
  function Log({ words }) {
    const given = useParameters();
    return (
      <>
        <h1>{words.heading}</h1>
        <Filters key={`filters ${given}`} given={given} words={words} />
        <Shown key={`lines ${given}`} given={given} words={words} />
      </>
    );
  },
);

function Shown({ given, words }: { readonly given: URLSearchParams; readonly words: LogWords }) {
  const filter = toFilter(given);
  const [unasked, setUnasked] = useState<readonly string[]>([]);
  const [isFollowing, setFollowing] = useState(false);
  const paged = usePages(
    (cursor) => listLines(filter, cursor, 50),
    (reply) => {
      setUnasked(reply.unasked);
      return { rows: reply.lines, cursor: reply.cursor };
    },
  );
  const followed = useFollowed(filter, isFollowing);
  const known = new Set(paged.rows.map(({ id }) => id));
  const rows = [...followed.lines.filter(({ id }) => !known.has(id)), ...paged.rows];
  return (
    <>
      {unasked.length > 0 && <p className="note warn">{words.ledger.unasked(unasked.join(', '))}</p>}
      <div className="actions">
        <Button
          className="button quiet"
          aria-pressed={isFollowing}
          onPress={() => {
            setFollowing(!isFollowing);
            // Avoids a gap between the list and the followed lines.
            if (!isFollowing) paged.reload();
          }}
        >
          {isFollowing ? words.follow.pause : words.follow.start}
        </Button>
        <SaveCsv filter={filter} words={words} />
      </div>
      <p className="fine soft" role="status">
        {isFollowing && words.follow.running}
      </p>
      {followed.refusal !== null && <Problem refusal={followed.refusal} />}
      <Lines paged={{ ...paged, rows }} words={words} />
    </>
  );
}
