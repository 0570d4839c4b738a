import type { LogWords } from './en.js';

export const es: LogWords = {
  heading: 'Registro de inicios de sesión',
  empty: 'Ninguna entrada coincide.',
  filters: {
    search: 'Buscar',
    hint: 'Nombre, usuario, ID, dirección de red o ID de solicitud',
    event: 'Evento',
    since: 'Desde',
    until: 'Hasta',
  },
  follow: {
    start: 'Seguir en directo',
    pause: 'Pausar',
    running: 'Las entradas nuevas aparecen arriba.',
  },
};
