import type { OwnWords } from './log-words.js';

export const es: OwnWords = {
  heading: 'Registro de inicios de sesión',
  empty: 'Ninguna entrada coincide.',
  filters: {
    search: 'Buscar',
    hint: 'Nombre, nombre de usuario, ID, dirección de red o ID de solicitud',
    since: 'Desde',
    until: 'Hasta',
  },
  columns: {
    time: 'Hora',
    person: 'Persona',
    application: 'Aplicación',
    what: 'Evento',
    outcome: 'Resultado',
    why: 'Motivo',
    network: 'Red',
    request: 'Solicitud',
  },
  follow: {
    start: 'Seguir en directo',
    pause: 'Pausar',
    running: 'Las entradas nuevas aparecen arriba.',
  },
  csv: {
    save: 'Guardar como CSV',
    fetched: (lines) => `${lines} líneas…`,
  },
};
