import { useActing, useLoaded, useMay } from '../../frame/acting.js';
import { Link } from '../../frame/router.js';
import { useFormats } from '../../frame/words.js';
import { countLines } from '../../ledger/requests.js';
import { ActForm } from '../../parts/form.js';
import { Await, Note } from '../../parts/state.js';
import { Table } from '../../parts/table.js';
import { addressOfTab, OneConnection } from './connection.js';
import { Health } from './doctor.js';
import { examine, listConnections, readDoctor } from './requests.js';
import { defineScreen, useTexts } from './texts.js';

export const connections = defineScreen(function Connections({ rest }) {
  const [id, tab] = rest;
  return id === undefined ? <Every /> : <OneConnection key={id} id={id} tab={tab} />;
});

function Every() {
  const words = useTexts();
  const { call } = useActing();
  const { number } = useFormats();
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
            headings={columns}
            columns={[
              {
                id: 'id',
                isRowHeading: true,
                cell: ({ id }) => (
                  <Link to={addressOfTab(id)}>
                    <bdi>{id}</bdi>
                  </Link>
                ),
              },
              { id: 'kind', cell: ({ kind }) => <bdi>{kind}</bdi> },
              {
                id: 'mode',
                cell: ({ id, mode }) => (
                  <Link to={addressOfTab(id, 'rollout')} isAllowed={mayRead}>
                    {words.modeNames[mode.inForce]}
                  </Link>
                ),
              },
              {
                id: 'enrolled',
                isNumber: true,
                cell: ({ id }) => {
                  const enrolled = counts.find(({ connection }) => connection === id)?.enrolled;
                  return enrolled === undefined ? '–' : number(enrolled);
                },
              },
              {
                id: 'light',
                cell: ({ id }) => <Health report={doctor?.connections.find(({ connection }) => connection === id)} />,
              },
            ]}
          />
        )}
      </Await>
      {doctor?.isUnderWay === true && <Note>{words.doctor.underWay}</Note>}
      {mayExamine && doctor?.isUnderWay === false && (
        <ActForm submit={words.doctor.examineAll} onSubmit={() => call(examine()).then(examined.reload)} />
      )}
    </>
  );
}
