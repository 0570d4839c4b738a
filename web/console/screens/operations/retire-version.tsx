import { useId, useState } from 'react';
import { Button } from 'react-aria-components/Button';
import { useActing, useAction } from '../../frame/acting.js';
import { useFormats, useWords } from '../../frame/words.js';
import { ConfirmDialog } from '../../parts/confirm.js';
import { Problem } from '../../parts/state.js';
import { retireVersion } from './requests.js';
import { useTexts } from './texts.js';

export interface Retired {
  readonly isDone: boolean;
  readonly words: readonly string[];
}

/** Destroys a version after the administrator has typed the number of lost tokens. */
export function RetireVersion({
  version,
  onRetired,
}: {
  readonly version: number;
  readonly onRetired: (told: Retired) => void;
}) {
  const { retire, version: toName } = useTexts().keys;
  const { call } = useActing();
  const { working } = useWords();
  const { number } = useFormats();
  const id = useId();
  const { isBusy, refusal, run } = useAction();
  const [lost, setLost] = useState<number | null>(null);
  const [typed, setTyped] = useState('');
  const [isWrong, setWrong] = useState(false);
  const name = toName(number(version));

  const count = async (): Promise<void> => {
    const reply = await call(retireVersion(version));
    if (reply.lost === null) onRetired(reply);
    else setLost(reply.lost);
  };
  return (
    <>
      <Button
        className="button danger"
        aria-label={`${retire.label}: ${name}`}
        onPress={() => void (isBusy || run(count))}
        data-busy={isBusy}
      >
        {isBusy ? working : retire.label}
      </Button>
      {refusal !== null && refusal.code !== 'face_not_verified' && <Problem refusal={refusal} />}
      <ConfirmDialog
        isOpen={lost !== null}
        onClose={() => {
          setLost(null);
          setTyped('');
          setWrong(false);
        }}
        title={retire.title(name)}
        action={retire.label}
        isGrave
        isReady={() => {
          const isRight = lost !== null && [String(lost), number(lost)].includes(typed.trim());
          setWrong(!isRight);
          return isRight;
        }}
        onConfirm={async () => onRetired(await call(retireVersion(version, lost ?? undefined)))}
      >
        <p>{retire.lost(number(lost ?? 0))}</p>
        <p>{retire.onlyHere}</p>
        <div className="field">
          <label htmlFor={id}>{retire.count}</label>
          <input
            id={id}
            inputMode="numeric"
            autoComplete="off"
            value={typed}
            onChange={({ target }) => setTyped(target.value)}
            aria-invalid={isWrong}
            aria-describedby={isWrong ? `${id}-wrong` : undefined}
          />
          {isWrong && (
            <span id={`${id}-wrong`} className="wrong" role="alert">
              {retire.wrongCount}
            </span>
          )}
        </div>
      </ConfirmDialog>
    </>
  );
}
