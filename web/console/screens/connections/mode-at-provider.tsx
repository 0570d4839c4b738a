import type { ModeReply } from '../../../../src/connections/replies.js';
import { useFormats } from '../../frame/words.js';
import { ServerText } from '../../parts/server-text.js';
import { type Connection, useTexts } from './requests.js';

type HookState = NonNullable<ModeReply['hookCalls']>['hooks'][number]['state'];

const hooksOf = ({ hookCalls }: ModeReply, state: HookState): readonly string[] =>
  (hookCalls?.hooks ?? []).filter((each) => each.state === state).map(({ hook }) => hook);

const isUncalled = (mode: ModeReply): boolean =>
  hooksOf(mode, 'not_called').length + hooksOf(mode, 'unknown').length > 0;

/** Returns true if sign-ins follow this mode of the server, at the provider too, which calls every hook. */
export const isInForce = (mode: ModeReply, asked: ModeReply['inForce']): boolean =>
  mode.inForce === asked &&
  (asked === 'enforce' || mode.rules.length === 0) &&
  (mode.atProvider === null || mode.atProvider.mode === asked) &&
  !isUncalled(mode);

/** Returns a function that names a mode, with the mode at the provider or the hooks that the provider does not call. */
export function useModeName(): (mode: ModeReply) => string {
  const { modeNames, modeAt, hookCalls } = useTexts();
  const nameBoth = ({ inForce, rules, atProvider }: ModeReply): string => {
    const named = modeNames[inForce];
    const here = rules.length === 0 ? named : modeAt.rules({ mode: named, rules: rules.join(', ') });
    if (atProvider === null) return here;
    const { mode, place } = atProvider;
    const there = mode === null ? modeAt.unknown : mode === 'mixed' ? modeAt.mixed : modeNames[mode];
    return modeAt[place]({ here, there });
  };
  return (mode) => {
    const named = nameBoth(mode);
    const hooks = hooksOf(mode, 'not_called');
    if (hooks.length > 0) return hookCalls.some({ mode: named, hooks: hooks.join(', ') });
    const unsure = hooksOf(mode, 'unknown');
    return unsure.length === 0 ? named : hookCalls.unsure({ mode: named, hooks: unsure.join(', ') });
  };
}

/** Shows what is active at the provider: the mode, if sign-ins are decided there, or the hooks that it calls. */
export const AtProvider = ({ connection: { mode } }: { readonly connection: Connection }) => (
  <>
    <ModeAtProvider mode={mode} />
    <HookCalls mode={mode} />
  </>
);

function HookCalls({ mode }: { readonly mode: ModeReply }) {
  const { hookCalls: words, modeAt } = useTexts();
  const { instant } = useFormats();
  const { hookCalls: calls } = mode;
  if (calls === null) return null;
  return (
    <div className={isUncalled(mode) ? 'note warn' : 'note good'}>
      <ul>
        {calls.hooks.map(({ hook, state, reason, where }) => (
          <li key={hook}>
            {words[state]({ hook })}{' '}
            <ServerText>{[...where, ...(reason === null ? [] : [reason])].join('; ')}</ServerText>
          </li>
        ))}
      </ul>
      <p>{modeAt.read({ when: instant(calls.readAt) })}</p>
    </div>
  );
}

function ModeAtProvider({ mode }: { readonly mode: ModeReply }) {
  const { modeNames, modeAt } = useTexts();
  const { instant } = useFormats();
  const nameMode = useModeName();
  const { atProvider: at } = mode;
  if (at === null) return null;
  return (
    <div className={at.mode === mode.inForce ? 'note good' : 'note warn'}>
      <p>
        <b>{nameMode(mode)}</b> {modeAt.read({ when: instant(at.readAt) })}
      </p>
      {at.reason !== null && (
        <p>
          <ServerText>{at.reason}</ServerText>
        </p>
      )}
      {at.mode === 'mixed' && (
        <ul>
          {at.parts.map((part) => (
            <li key={part.name}>
              <code>{part.name}</code>: {part.mode === null ? modeAt.none : modeNames[part.mode]}
            </li>
          ))}
        </ul>
      )}
      {at.mode !== mode.inForce && <p>{modeAt.follows}</p>}
      {at.decisions !== null && at.decisions.until !== null && (
        <p>{modeAt.known({ when: instant(at.decisions.until) })}</p>
      )}
      {at.decisions !== null && at.decisions.reason !== null && (
        <p>
          {modeAt.unread} <ServerText>{at.decisions.reason}</ServerText>
        </p>
      )}
    </div>
  );
}
