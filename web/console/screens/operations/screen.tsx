import { Backup } from './backup.js';
import { Jobs } from './jobs.js';
import { Keys } from './keys.js';
import { defineScreen, useTexts } from './texts.js';
import { Trail } from './trail.js';

export const operations = defineScreen(function Operations() {
  const words = useTexts();
  return (
    <>
      <h1>{words.heading}</h1>
      <Trail />
      <Backup />
      <Keys />
      <Jobs />
    </>
  );
});
