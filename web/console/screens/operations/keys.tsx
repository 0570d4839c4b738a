import { useState } from 'react';
import { useActing, useLoaded, useMay } from '../../frame/acting.js';
import { useFormats } from '../../frame/words.js';
import { ConfirmButton } from '../../parts/confirm.js';
import { Await } from '../../parts/state.js';
import { ToldLines } from '../../parts/told.js';
import type { OperationsWords } from './messages/operations-words.js';
import { type Rotated, readKeys, rotateKey, type Use } from './requests.js';
import { SealingKeys } from './sealing-keys.js';
import { TurningKeys } from './turning-keys.js';

const uses = ['sealing', 'signing', 'oidc'] as const;

export function Keys({ words }: { readonly words: OperationsWords['keys'] }) {
  const keys = useLoaded(readKeys);
  return (
    <Await loaded={keys}>
      {(all) =>
        uses.map((use) => (
          <section key={use}>
            <h2>{words.uses[use]}</h2>
            {use === 'sealing' ? (
              <SealingKeys words={words} rows={all.sealing} onChanged={keys.reload} />
            ) : (
              <TurningKeys words={words} use={use} rows={all[use]} onChanged={keys.reload} />
            )}
            {all[use].length > 0 && <Rotate words={words} use={use} onChanged={keys.reload} />}
          </section>
        ))
      }
    </Await>
  );
}

function Rotate({
  words: { uses: names, rotate },
  use,
  onChanged,
}: {
  readonly words: OperationsWords['keys'];
  readonly use: Use;
  readonly onChanged: () => void;
}) {
  const { call } = useActing();
  const { instant } = useFormats();
  const mayRotate = useMay('operate');
  const [rotated, setRotated] = useState<Rotated | null>(null);
  if (!mayRotate) return null;
  return (
    <>
      {rotated !== null && (
        <div className={rotated.isDone ? 'note good' : 'note warn'} role="status">
          {rotated.key !== null && (
            <p>
              {rotate.done(rotated.key)} {rotated.signsFrom !== null && rotate.signsFrom(instant(rotated.signsFrom))}
            </p>
          )}
          <ToldLines lines={rotated.words} />
        </div>
      )}
      <ConfirmButton
        label={rotate.label}
        about={names[use]}
        title={`${rotate.label}: ${names[use]}`}
        action={rotate.label}
        onConfirm={async () => {
          setRotated(await call(rotateKey(use)));
          onChanged();
        }}
      >
        <p>{use === 'sealing' ? rotate.sealing : rotate.turning}</p>
      </ConfirmButton>
    </>
  );
}
