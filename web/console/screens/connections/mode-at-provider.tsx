import type { ConnectionModeReply, ModeReply } from '../../../../src/connections/replies.js';
import type { Loaded } from '../../frame/acting.js';
import { useFormats } from '../../frame/words.js';
import { ServerText, ServerTextLines } from '../../parts/server-text.js';
import { Light } from '../../parts/state.js';
import { useTexts } from './requests.js';

const decidingHooks = ({ hookCalls }: ModeReply) => (hookCalls?.hooks ?? []).filter(({ decides }) => decides);

const isUncalled = ({ state }: NonNullable<ModeReply['hookCalls']>['hooks'][number]): boolean => state !== 'called';

const isPasswordlessAsConfigured = ({ passwordless }: NonNullable<ModeReply['atProvider']>): boolean =>
  passwordless === null || passwordless.active === passwordless.expected;

/** Returns true if sign-ins follow this mode of the server, at the provider too, which calls every hook everywhere. */
export const isInForce = (mode: ModeReply, asked: ModeReply['inForce']): boolean =>
  mode.inForce === asked &&
  mode.rules[asked === 'enforce' ? 'allowing' : 'refusing'].length === 0 &&
  (mode.atProvider === null || (mode.atProvider.mode === asked && isPasswordlessAsConfigured(mode.atProvider))) &&
  !decidingHooks(mode).some(isUncalled);

/** Returns true if the provider calls none of the hooks that could refuse a sign-in. */
export const callsNoHook = (mode: ModeReply): boolean =>
  mode.atProvider === null &&
  decidingHooks(mode).length > 0 &&
  decidingHooks(mode).every(({ state }) => state === 'not_called');

/** Returns a function that names the mode of this server, with the rules that decide otherwise. */
export function useOwnModeName(): (mode: ModeReply['inForce'], rules: ModeReply['rules']) => string {
  const { modeNames, modeAt } = useTexts();
  return (mode, { refusing, allowing }) => {
    const isShadow = mode === 'shadow';
    const named = modeNames[mode];
    if (isShadow && refusing.length === 0) return named;
    const enforcing = isShadow ? modeAt.rules({ mode: named, rules: refusing.join(', ') }) : named;
    return allowing.length === 0 ? enforcing : modeAt.allowing({ mode: enforcing, rules: allowing.join(', ') });
  };
}

/** Returns a function that names a mode, with the mode at the provider or the hooks that the provider does not call. */
export function useModeName(): (mode: ModeReply) => string {
  const { modeNames, modeAt, hookCalls } = useTexts();
  const nameOwnMode = useOwnModeName();
  const nameBoth = ({ inForce, rules, atProvider }: ModeReply): string => {
    const here = nameOwnMode(inForce, rules);
    if (atProvider === null) return here;
    const { mode, place } = atProvider;
    const there = mode === null ? modeAt.unknown : mode === 'mixed' ? modeAt.mixed : modeNames[mode];
    return modeAt[place]({ here, there });
  };
  return (mode) => {
    const hooks = decidingHooks(mode);
    const states = [
      ['not_called', hookCalls.some],
      ['partly', hookCalls.part],
      ['unknown', hookCalls.unsure],
    ] as const;
    return states.reduce((named, [state, add]) => {
      const found = hooks.filter((each) => each.state === state).map(({ hook }) => hook);
      return found.length === 0 ? named : add({ mode: named, hooks: found.join(', ') });
    }, nameBoth(mode));
  };
}

/** Shows a mode, in green only if every sign-in is refused without a check. */
export function ModeLight({ loaded }: { readonly loaded: Loaded<ConnectionModeReply> }) {
  const nameMode = useModeName();
  if (loaded.value === undefined) return '–';
  const { mode } = loaded.value;
  return (
    <Light light={isInForce(mode, 'enforce') ? 'ok' : isInForce(mode, 'shadow') ? 'none' : 'warn'}>
      {nameMode(mode)}
    </Light>
  );
}

/** Shows what is active at the provider: the mode, if sign-ins are decided there, or the hooks that it calls. */
export const AtProvider = ({ mode }: { readonly mode: ModeReply }) => (
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
    <div className={calls.hooks.some(isUncalled) ? 'note warn' : 'note good'}>
      <ul>
        {calls.hooks.map(({ hook, decides, state, reason, where }) => (
          <li key={hook}>
            {words[state === 'not_called' && !decides ? 'notRevoking' : state]({ hook })}
            {[...where, reason ?? []].flat().map((line) => (
              <span key={line} className="line">
                <ServerText>{line}</ServerText>
              </span>
            ))}
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
    <div className={at.mode === mode.inForce && isPasswordlessAsConfigured(at) ? 'note good' : 'note warn'}>
      <p>
        <b>{nameMode(mode)}</b> {modeAt.read({ when: instant(at.readAt) })}
      </p>
      <ServerTextLines lines={at.reason === null ? [] : [at.reason]} />
      {at.mode === 'mixed' && (
        <ul>
          {at.parts.map((part) => (
            <li key={part.name}>
              <code>{part.name}</code>: {part.mode === null ? modeAt.none : modeNames[part.mode]}
            </li>
          ))}
        </ul>
      )}
      {at.passwordless !== null && (at.passwordless.active !== false || at.passwordless.expected) && (
        <p>{modeAt.passwordless({ active: String(at.passwordless.active) })}</p>
      )}
      {!isPasswordlessAsConfigured(at) && <p>{modeAt.passwordlessDiffers}</p>}
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
