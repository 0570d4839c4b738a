import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { Console } from './frame/console.js';

const place = document.getElementById('console');
if (place !== null) {
  createRoot(place).render(
    <StrictMode>
      <Console />
    </StrictMode>,
  );
}
