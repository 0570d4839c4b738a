import { useMay } from '../../frame/acting.js';
import { useParameters } from '../../frame/router.js';
import { Find } from './find.js';
import { List } from './list.js';
import { Person } from './person.js';
import { defineScreen, useTexts } from './texts.js';

export const people = defineScreen(function People({ rest }) {
  const words = useTexts();
  const [connection, subject] = rest;
  const given = useParameters();
  const mayList = useMay('audit');
  if (connection !== undefined && subject !== undefined)
    return <Person key={`${connection} ${subject}`} who={{ connection, subject }} />;
  const text = given.get('find');
  return (
    <>
      <h1>{words.heading}</h1>
      <Find text={text} />
      {text === null && mayList && <List given={given} />}
    </>
  );
});
