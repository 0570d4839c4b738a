import { useState } from 'react';
import { languages } from '../../../../src/core/base/languages.js';
import { useAction, useMay } from '../../frame/acting.js';
import { useFormats, useLanguage, useWords } from '../../frame/words.js';
import { BulkProgress, useBulk } from '../../ledger/bulk.js';
import { inviteByEmail, keyOf, type Name, type Person, type Who } from '../../ledger/requests.js';
import { ConfirmButton } from '../../parts/confirm.js';
import { saveCsv } from '../../parts/export-csv.js';
import { OutboxNote, Problem, QuietButton } from '../../parts/state.js';
import { unlockPerson, useTexts } from './requests.js';

export type Chosen = ReturnType<typeof useChosen>;

export type Named = Person & Name;

/** Replaces loaded rows by the states that actions return, because the list may not have the change yet. */
export function useChanges<Row extends Person>(loaded: readonly Row[]) {
  // A list that is loaded again has new rows, which this map does not have.
  const [changed, setChanged] = useState<ReadonlyMap<Row, Person>>(new Map());
  return {
    rows: loaded.map((row) => {
      const person = changed.get(row);
      return person === undefined ? row : { ...row, ...person };
    }),
    change(person: Person): void {
      const row = loaded.find((each) => keyOf(each) === keyOf(person));
      if (row !== undefined) setChanged((before) => new Map([...before, [row, person]]));
    },
  };
}

export function useChosen(rows: readonly Person[]) {
  const [keys, setKeys] = useState<ReadonlySet<string>>(new Set());
  const people = rows.filter((each) => keys.has(keyOf(each)));
  const isWhole = rows.length > 0 && people.length === rows.length;
  return {
    /** Chosen people who are in the list, in its order. */
    people,
    isWhole,
    has: (who: Who): boolean => keys.has(keyOf(who)),
    toggle(who: Who): void {
      const others = [...keys].filter((each) => each !== keyOf(who));
      setKeys(new Set(keys.has(keyOf(who)) ? others : [...others, keyOf(who)]));
    },
    /** Chooses all shown rows, or none. */
    toggleAll: (): void => setKeys(new Set(isWhole ? [] : rows.map(keyOf))),
  };
}

const columns = [
  'connection',
  'subject',
  'login',
  'email',
  'name',
  'status',
  'level',
  'enrolledAt',
  'expiresAt',
  'endedAt',
  'lastCheckAt',
  'lastCheck',
  'lockedUntil',
] as const;

export function BulkActions({
  chosen,
  isEmpty,
  readAll,
  onChanged,
}: {
  readonly chosen: Chosen;
  readonly isEmpty: boolean;
  /**
   * Reads all people that match the filter, with names.
   * @throws Refusal
   */
  readonly readAll: () => Promise<readonly Named[]>;
  readonly onChanged: (person: Person) => void;
}) {
  const { bulk: words } = useTexts();
  const mayAssist = useMay('assist');
  const { working } = useWords();
  const { number } = useFormats();
  const language = useLanguage();
  const bulk = useBulk();
  const { isBusy, refusal, run } = useAction();
  const { people, isWhole } = chosen;
  const invited = people.filter(({ status }) => status !== 'enrolled');
  const locked = people.filter(({ lockedUntil }) => lockedUntil !== null);
  const isRunning = bulk.shown?.isRunning === true;
  const missing = (): string => {
    if (!mayAssist) return words.noRight;
    if (people.length === 0) return words.noneSelected;
    return [invited.length === 0 ? words.noneToInvite : '', locked.length === 0 ? words.noneLocked : '']
      .join(' ')
      .trim();
  };
  const mayInvite = invited.length > 0 && !isRunning;
  const mayUnlock = locked.length > 0 && !isRunning;
  const save = async (): Promise<void> => {
    const rows = (await readAll()).map((each) => columns.map((column) => each[column]));
    saveCsv([columns, ...rows], 'people');
  };
  return (
    <>
      <div className="actions bulk">
        {mayAssist && !isEmpty && (
          <>
            <QuietButton onPress={chosen.toggleAll}>{isWhole ? words.chooseNone : words.chooseAll}</QuietButton>
            {mayInvite && (
              <ConfirmButton
                label={words.invite({ count: number(invited.length) })}
                title={words.inviteTitle({ count: number(invited.length) })}
                action={words.send}
                onConfirm={async () => {
                  const label = words.invitations;
                  void bulk.run(label, invited, invited.length, (who) => inviteByEmail(toWho(who), language));
                }}
                text={words.inviteText({ language: languages[language] })}
              >
                <OutboxNote />
              </ConfirmButton>
            )}
            {mayUnlock && (
              <ConfirmButton
                label={words.unlock({ count: number(locked.length) })}
                title={words.unlockTitle({ count: number(locked.length) })}
                action={words.unlockAction}
                onConfirm={async () => {
                  void bulk.run(
                    words.unlocked,
                    locked,
                    locked.length,
                    (who) => unlockPerson(toWho(who)),
                    ({ subjects }) => {
                      for (const { person } of subjects) if (person !== null) onChanged(person);
                    },
                  );
                }}
                text={words.unlockText}
              />
            )}
          </>
        )}
        {!isEmpty && (
          <QuietButton isDisabled={isBusy} onPress={() => void run(save)}>
            {isBusy ? working : words.save}
          </QuietButton>
        )}
      </div>
      {!isEmpty && !isRunning && missing() !== '' && <p className="soft">{missing()}</p>}
      {refusal !== null && <Problem refusal={refusal} />}
      <BulkProgress bulk={bulk} />
    </>
  );
}

/** Keeps only the fields that requests accept. */
const toWho = ({ connection, subject }: Who): Who => ({ connection, subject });
