import { useState } from 'react';
import { Button } from 'react-aria-components/Button';
import type { Texts as OperationsWords } from '../../../../locales/compiled/console/operations/texts.js';
import type { KeysReply, RetiredKeyReply, RotatedKeyReply } from '../../../../src/admin/replies/operations.js';
import { useAction, useLoaded, useMay, useSessionActions } from '../../frame/acting.js';
import { get, post } from '../../frame/call.js';
import { useFormats, useWords } from '../../frame/words.js';
import { ConfirmButton, ConfirmDialog } from '../../parts/confirm.js';
import { ServerTextLines, ServerTextResult } from '../../parts/server-text.js';
import { Await, Problem, Section } from '../../parts/state.js';
import { Table } from '../../parts/table.js';
import { useTexts } from './texts.js';

type SealingKey = KeysReply['sealing'][number];
type RotatingKey = KeysReply['signing'][number];

/** @param confirm - number of tokens that the administrator agrees to lose, or `undefined` for a dry run */
const retireVersion = (version: number, confirm?: number) =>
  post<RetiredKeyReply>('/v1/keys/retire', { version, confirm });

const uses = ['sealing', 'signing', 'oidc'] as const;

export function Keys() {
  const keys = useLoaded(get<KeysReply>('/v1/keys'));
  return (
    <Await loaded={keys}>
      {(all) => uses.map((use) => <OneUse key={use} use={use} all={all} onChanged={keys.reload} />)}
    </Await>
  );
}

interface OfUse {
  readonly use: (typeof uses)[number];
  readonly onChanged: () => void;
}

/** Shows the keys of one use, and the result of retiring one of them. */
function OneUse({ use, all, onChanged }: OfUse & { readonly all: KeysReply }) {
  const words = useTexts().keys;
  const [retired, setRetired] = useState<RetiredKeyReply | null>(null);
  const onRetired = (reply: RetiredKeyReply): void => {
    setRetired(reply);
    onChanged();
  };
  return (
    <Section heading={words.uses[use]}>
      {use === 'sealing' ? (
        <SealingKeys rows={all.sealing} unknown={all.ofUnknownVersion} onRetired={onRetired} />
      ) : (
        <TurningKeys use={use} rows={all[use]} onRetired={onRetired} />
      )}
      {retired !== null && <ServerTextResult result={retired} />}
      {all[use].length > 0 && <Rotate use={use} onChanged={onChanged} />}
    </Section>
  );
}

function Rotate({ use, onChanged }: OfUse) {
  const { uses: names, rotate } = useTexts().keys;
  const { call } = useSessionActions();
  const { instant } = useFormats();
  const mayRotate = useMay('operate');
  const [rotated, setRotated] = useState<RotatedKeyReply | null>(null);
  if (!mayRotate) return null;
  return (
    <>
      {rotated !== null && (
        <ServerTextResult result={rotated}>
          {rotated.key !== null && (
            <p>
              {rotate.done({ key: rotated.key })}{' '}
              {rotated.signsFrom !== null && rotate.signsFrom({ when: instant(rotated.signsFrom) })}
            </p>
          )}
        </ServerTextResult>
      )}
      <ConfirmButton
        label={rotate.label}
        about={names[use]}
        title={`${rotate.label}: ${names[use]}`}
        onConfirm={() => call(post<RotatedKeyReply>('/v1/keys/rotate', { use })).then(setRotated).then(onChanged)}
        text={use === 'sealing' ? rotate.sealing : rotate.turning}
      />
    </>
  );
}

type State = Exclude<keyof OperationsWords['keys']['state'], 'broken'>;

function KeyState({ state, problem }: { readonly state: State; readonly problem: string | null }) {
  const words = useTexts().keys;
  if (problem === null) return words.state[state];
  return (
    <div>
      <b>{words.state.broken}</b>
      <ServerTextLines lines={[problem]} />
    </div>
  );
}

interface Retiring {
  /** Number of people whose key is not known. */
  readonly unknown: number;
  readonly onRetired: (reply: RetiredKeyReply) => void;
}

/** Destroys a version after the administrator has typed the number of lost tokens. */
function RetireVersion({ version, unknown, onRetired }: Retiring & { readonly version: number }) {
  const { retire, version: toName } = useTexts().keys;
  const { call } = useSessionActions();
  const { working } = useWords();
  const { number } = useFormats();
  const { isBusy, refusal, run } = useAction();
  const [lost, setLost] = useState<number | null>(null);
  const name = toName({ version: number(version) });

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
        onClose={() => setLost(null)}
        title={retire.title({ key: name })}
        action={retire.label}
        isGrave
        number={{
          label: retire.count,
          wrong: retire.wrongCount,
          isRight: (typed) => lost !== null && [String(lost), number(lost)].includes(typed),
        }}
        onConfirm={async () => onRetired(await call(retireVersion(version, lost ?? undefined)))}
      >
        <p>{retire.lost({ count: number(lost ?? 0) })}</p>
        {unknown > 0 && <p>{retire.unknown({ count: number(unknown) })}</p>}
      </ConfirmDialog>
    </>
  );
}

function SealingKeys({ rows, unknown, onRetired }: Retiring & { readonly rows: readonly SealingKey[] }) {
  const words = useTexts().keys;
  const { ago, instant, number } = useFormats();
  const mayRetire = useMay('operate');
  return (
    <Table
      caption={words.uses.sealing}
      rows={rows}
      keyOf={({ version }) => String(version)}
      empty={words.none}
      headings={words.columns}
      columns={[
        { id: 'name', isRowHeading: true, cell: ({ version }) => words.version({ version: number(version) }) },
        {
          id: 'state',
          cell: ({ isCurrent, problem }) => <KeyState state={isCurrent ? 'seals' : 'opens'} problem={problem} />,
        },
        {
          id: 'made',
          cell: ({ madeAt }) => (madeAt === null ? words.unknown : `${ago(madeAt)} (${instant(madeAt)})`),
        },
        { id: 'tokens', isNumber: true, cell: ({ tokens }) => number(tokens) },
        mayRetire &&
          rows.some(({ isCurrent }) => !isCurrent) && {
            id: 'actions',
            cell: ({ version, isCurrent }: SealingKey) =>
              isCurrent ? null : <RetireVersion version={version} unknown={unknown} onRetired={onRetired} />,
          },
      ]}
    />
  );
}

interface TurningProps extends Pick<Retiring, 'onRetired'> {
  readonly use: 'signing' | 'oidc';
  readonly rows: readonly RotatingKey[];
}

function TurningKeys({ use, rows, onRetired }: TurningProps) {
  const words = useTexts().keys;
  const { call } = useSessionActions();
  const { ago, instant } = useFormats();
  const mayRetire = useMay('operate') && use === 'signing';
  const { retire } = words;
  const stateOf = ({ isSigning, signsFrom }: RotatingKey) => {
    if (isSigning) return 'signs';
    return signsFrom !== null && Date.parse(signsFrom) > Date.now() ? 'waits' : 'past';
  };
  return (
    <Table
      caption={words.uses[use]}
      rows={rows}
      keyOf={({ name }) => name}
      empty={words.none}
      headings={words.columns}
      columns={[
        { id: 'name', isRowHeading: true, cell: ({ name }) => <code>{name}</code> },
        { id: 'state', cell: (row) => <KeyState state={stateOf(row)} problem={row.problem} /> },
        {
          id: 'from',
          cell: ({ signsFrom }) => (signsFrom === null ? words.unknown : `${ago(signsFrom)} (${instant(signsFrom)})`),
        },
        {
          id: 'until',
          // An active key signs until an administrator creates another one.
          cell: ({ isSigning, signsUntil }) =>
            signsUntil === null ? (isSigning ? '–' : words.unknown) : instant(signsUntil),
        },
        mayRetire &&
          rows.some(({ isSigning }) => !isSigning) && {
            id: 'actions',
            cell: ({ name, isSigning }: RotatingKey) =>
              isSigning ? null : (
                <ConfirmButton
                  label={retire.label}
                  about={name}
                  title={retire.title({ key: name })}
                  isGrave
                  onConfirm={() => call(post<RetiredKeyReply>('/v1/keys/retire', { signing: name })).then(onRetired)}
                  text={retire.signing}
                />
              ),
          },
      ]}
    />
  );
}
