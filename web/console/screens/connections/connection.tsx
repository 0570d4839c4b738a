import { useLoaded, useMay } from '../../frame/acting.js';
import { Link } from '../../frame/router.js';
import { Await } from '../../parts/state.js';
import { Doctor } from './doctor.js';
import type { ConnectionsWords } from './messages/connections-words.js';
import { PolicyInForce } from './policy.js';
import { WouldBeRefused } from './refused.js';
import { listConnections, readDoctor } from './requests.js';
import { SettingUp } from './setting-up.js';

/** One connection: mode, policy, health, users it would refuse, and setup. */
export function OneConnection({ id, words }: { readonly id: string; readonly words: ConnectionsWords }) {
  const mayChange = useMay('configure');
  const mayRead = useMay('audit');
  const listed = useLoaded(listConnections);
  const examined = useLoaded(readDoctor, ({ doctor }) => doctor.isUnderWay && 1000);
  return (
    <Await loaded={listed}>
      {({ connections }) => {
        const connection = connections.find((each) => each.id === id);
        const all = (
          <p>
            <Link to="/connections">{words.all}</Link>
          </p>
        );
        if (connection === undefined)
          return (
            <>
              <h1>{words.unknown}</h1>
              {all}
            </>
          );
        const given = { words, connection };
        return (
          <>
            <h1>
              <bdi>{id}</bdi>
            </h1>
            {all}
            {mayChange ? (
              <SettingUp {...given} examined={examined} />
            ) : (
              <Doctor {...given} examined={examined} mending={null} />
            )}
            {mayRead && connection.mode.inForce === 'shadow' && (
              <WouldBeRefused {...given} onSwitched={mayChange ? listed.reload : null} />
            )}
            <PolicyInForce {...given} onSwitched={mayChange ? listed.reload : null} />
          </>
        );
      }}
    </Await>
  );
}
