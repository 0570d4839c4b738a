import type { ModeReply } from '../../../../src/connections/replies.js';
import { useFormats } from '../../frame/words.js';
import { ServerText } from '../../parts/server-text.js';
import { type Connection, useTexts } from './requests.js';

/** Returns true if sign-ins follow this mode of the server, at the provider too. */
export const isInForce = ({ inForce, atProvider }: ModeReply, mode: ModeReply['inForce']): boolean =>
  inForce === mode && (atProvider === null || atProvider.mode === mode);

/** Returns a function that names a mode, with that at the provider if sign-ins are decided there. */
export function useModeName(): (mode: ModeReply) => string {
  const { modeNames, modeAt } = useTexts();
  return ({ inForce, atProvider }) => {
    const here = modeNames[inForce];
    if (atProvider === null) return here;
    const { mode, place } = atProvider;
    const there = mode === null ? modeAt.unknown : mode === 'mixed' ? modeAt.mixed : modeNames[mode];
    return modeAt[place]({ here, there });
  };
}

/** Shows the mode at the provider, if sign-ins are decided there, and the time of the reading. */
export function ModeAtProvider({ connection: { mode } }: { readonly connection: Connection }) {
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
