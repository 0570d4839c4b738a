import { useState } from 'react';
import { useActing, useLoaded, useMay } from '../../frame/acting.js';
import { useFormats } from '../../frame/words.js';
import { ConfirmButton } from '../../parts/confirm.js';
import { Await } from '../../parts/state.js';
import { ToldResult } from '../../parts/told.js';
import { type Rotated, readKeys, rotateKey, type Use } from './requests.js';
import { SealingKeys } from './sealing-keys.js';
import { useTexts } from './texts.js';
import { TurningKeys } from './turning-keys.js';

const uses = ['sealing', 'signing', 'oidc'] as const;

export function Keys() {
  const words = useTexts().keys;
  const keys = useLoaded(readKeys);
  return (
    <Await loaded={keys}>
      {(all) =>
        uses.map((use) => (
          <section key={use}>
            <h2>{words.uses[use]}</h2>
            {use === 'sealing' ? (
              <SealingKeys rows={all.sealing} onChanged={keys.reload} />
            ) : (
              <TurningKeys use={use} rows={all[use]} onChanged={keys.reload} />
            )}
            {all[use].length > 0 && <Rotate use={use} onChanged={keys.reload} />}
          </section>
        ))
      }
    </Await>
  );
}

function Rotate({ use, onChanged }: { readonly use: Use; readonly onChanged: () => void }) {
  const { uses: names, rotate } = useTexts().keys;
  const { call } = useActing();
  const { instant } = useFormats();
  const mayRotate = useMay('operate');
  const [rotated, setRotated] = useState<Rotated | null>(null);
  if (!mayRotate) return null;
  return (
    <>
      {rotated !== null && (
        <ToldResult result={rotated}>
          {rotated.key !== null && (
            <p>
              {rotate.done(rotated.key)} {rotated.signsFrom !== null && rotate.signsFrom(instant(rotated.signsFrom))}
            </p>
          )}
        </ToldResult>
      )}
      <ConfirmButton
        label={rotate.label}
        about={names[use]}
        title={`${rotate.label}: ${names[use]}`}
        onConfirm={() => call(rotateKey(use)).then(setRotated).then(onChanged)}
        text={use === 'sealing' ? rotate.sealing : rotate.turning}
      />
    </>
  );
}
