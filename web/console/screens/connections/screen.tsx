import { useActing, useLoaded, useMay } from '../../frame/acting.js';
import { Link } from '../../frame/router.js';
import { defineScreen } from '../../frame/screen.js';
import { useFormats } from '../../frame/words.js';
import { countLines } from '../../ledger/requests.js';
import { ActForm } from '../../parts/form.js';
import { Light } from '../../parts/light.js';
import { Await } from '../../parts/state.js';
import { Table } from '../../parts/table.js';
import { addressOfTab, OneConnection } from './connection.js';
import type { ConnectionsWords } from './messages/connections-words.js';
import { examine, listConnections, readDoctor } from './requests.js';

export const connections = defineScreen(
  {
    en: async () => (await import('./messages/en.js')).en,
    de: async () => (await import('./messages/de.js')).de,
    es: async () => (await import('./messages/es.js')).es,
    fr: async () => (await import('./messages/fr.js')).fr,
    ar: async () => (await import('./messages/ar.js')).ar,
  },
  function Connections({ words, rest }) {
    const [id, tab] = rest;
    return id === undefined ? <Every words={words} /> : <OneConnection key={id} id={id} tab={tab} words={words} />;
  },
);

function Every({ words }: { readonly words: ConnectionsWords }) {
  const { call } = useActing();
  const { ago, number } = useFormats();
  const [mayExamine, mayRead] = [useMay('operate'), useMay('audit')];
  const counted = useLoaded(countLines);
  const counts = counted.state === 'loaded' ? counted.value.connections : [];
  const listed = useLoaded(listConnections);
  const examined = useLoaded(readDoctor, ({ doctor }) => doctor.isUnderWay && 1000);
  const doctor = examined.state === 'loaded' ? examined.value.doctor : null;
  const { columns } = words;
  return (
    <>
      <h1>{words.heading}</h1>
      <Await loaded={listed}>
        {({ connections: rows }) => (
          <Table
            caption={words.heading}
            rows={rows}
            keyOf={({ id }) => id}
            empty={words.none}
            columns={[
              {
                id: 'id',
                heading: columns.id,
                isRowHeading: true,
                cell: ({ id }) => (
                  <Link to={addressOfTab(id)}>
                    <bdi>{id}</bdi>
                  </Link>
                ),
              },
              { id: 'kind', heading: columns.kind, cell: ({ kind }) => <bdi>{kind}</bdi> },
              {
                id: 'mode',
                heading: columns.mode,
                cell: ({ id, mode }) =>
                  mayRead ? (
                    <Link to={addressOfTab(id, 'rollout')}>{words.modeNames[mode.inForce]}</Link>
                  ) : (
                    words.modeNames[mode.inForce]
                  ),
              },
              {
                id: 'enrolled',
                heading: columns.enrolled,
                isNumber: true,
                cell: ({ id }) => {
                  const enrolled = counts.find(({ connection }) => connection === id)?.enrolled;
                  return enrolled === undefined ? '–' : number(enrolled);
                },
              },
              {
                id: 'light',
                heading: columns.light,
                cell: ({ id }) => {
                  const found = doctor?.connections.find((each) => each.connection === id) ?? null;
                  if (found === null || found.light === null || found.examinedAt === null)
                    return <Light light="none">{words.notExamined}</Light>;
                  return (
                    <span>
                      <Light light={found.light}>{words.lights[found.light]}</Light>{' '}
                      <span className="soft">{ago(found.examinedAt)}</span>
                    </span>
                  );
                },
              },
            ]}
          />
        )}
      </Await>
      {doctor?.isUnderWay === true && (
        <p className="note" role="status">
          {words.doctor.underWay}
        </p>
      )}
      {mayExamine && doctor?.isUnderWay === false && (
        <ActForm
          submit={words.doctor.examineAll}
          onSubmit={async () => {
            await call(examine());
            examined.reload();
          }}
        />
      )}
    </>
  );
}
