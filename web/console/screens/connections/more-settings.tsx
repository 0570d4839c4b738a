import { useMay } from '../../frame/acting.js';
import { Link } from '../../frame/router.js';
import { Facts } from '../../parts/server-text.js';
import { Section } from '../../parts/state.js';
import { type Connection, useTexts } from './requests.js';

/** Settings with a row of their own on the page of the policy. */
const named = new Set([
  'mode',
  'accuracy',
  'scope',
  'liveness',
  'userSecret',
  'whenNotEnrolled',
  'whenUnverified',
  'whenUnavailable',
  'freshnessSec',
  'enrolmentDays',
  'replaceFace',
  'anotherWay',
  'fallbackUrl',
  'notices',
  'helpDesk',
  'handOff',
  'returnUrls',
]);

/** Lists the other settings of a policy as in the configuration file, with the way to change them. */
export function MoreSettings({ connection: { id, policy } }: { readonly connection: Connection }) {
  const { moreSettings: words } = useTexts();
  const mayChange = useMay('configure');
  const address = `/connections/${encodeURIComponent(id)}`;
  return (
    <Section heading={words.heading} intro={words.intro}>
      {mayChange && (
        <p>
          <Link to={`${address}/change`}>{words.change}</Link> · <Link to={`${address}/rollout`}>{words.mode}</Link>
        </p>
      )}
      <Facts
        rows={policy.settings
          .filter(({ setting }) => !named.has(setting))
          .map(({ setting, value }) => [setting, <code key={setting}>{value}</code>])}
      />
    </Section>
  );
}
