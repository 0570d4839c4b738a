import type { Texts as RequestWords } from '../../../../../locales/compiled/console/requests/texts.js';
import { useFormats } from '../../../../../web/console/frame/words.js';
import { Facts } from '../../../../../web/console/parts/server-text.js';
import { Section } from '../../../../../web/console/parts/state.js';
import type { AskedRequest } from './requests.js';

export function RequestFacts({
  request,
  words: { facts, states },
}: {
  readonly request: AskedRequest;
  readonly words: Pick<RequestWords, 'facts' | 'states'>;
}) {
  const { number, instant } = useFormats();
  const { connection, redirectUris, contact, termsVersion } = request;
  return (
    <Facts
      rows={[
        [facts.state, states[request.state]],
        [facts.by, request.by],
        [facts.kind, request.isChange ? facts.change : facts.fresh],
        [facts.purpose, request.purpose],
        [facts.scopes, request.scopes.join(', ')],
        [facts.connection, connection ?? facts.noConnection],
        [facts.redirectUris, redirectUris.length === 0 ? null : redirectUris.join('\n')],
        [facts.perMinute, number(request.perMinute)],
        [facts.perDay, number(request.perDay)],
        [facts.contact, contact === '' ? null : contact],
        [facts.terms, termsVersion === null || termsVersion === 0 ? null : number(termsVersion)],
        [facts.changed, instant(request.changedAt)],
      ]}
    />
  );
}

export function Thread({
  messages,
  words: { thread },
}: {
  readonly messages: AskedRequest['messages'];
  readonly words: Pick<RequestWords, 'thread'>;
}) {
  if (messages.length === 0) return null;
  return (
    <Section heading={thread}>
      <ol className="thread">
        {messages.map(({ time, by, text }) => (
          <li key={`${time} ${by}`}>
            <Comment by={by} at={time} text={text} />
          </li>
        ))}
      </ol>
    </Section>
  );
}

/** A text with its author and time. */
export function Comment({ by, at, text }: { readonly by: string | null; readonly at: string; readonly text: string }) {
  const { instant } = useFormats();
  return (
    <>
      <p className="fine soft">
        <bdi>{by}</bdi> · {instant(at)}
      </p>
      <p className="said" dir="auto">
        {text}
      </p>
    </>
  );
}
