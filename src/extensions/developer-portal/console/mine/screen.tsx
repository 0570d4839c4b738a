import { Overview } from './overview.js';
import { OwnApplicationPage } from './own-application.js';
import { OwnRequest } from './own-request.js';
import { defineScreen } from './texts.js';
import { NewRequest } from './wish-form.js';

export const mine = defineScreen(function Mine({ rest: [first, second] }) {
  if (first === undefined) return <Overview />;
  if (first === 'new') return <NewRequest former={null} />;
  if (first === 'requests' && second !== undefined) return <OwnRequest key={second} id={second} />;
  return <OwnApplicationPage key={first} id={first} />;
});
