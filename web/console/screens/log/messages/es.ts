import type { OwnWords } from './log-words.js';

export const es: OwnWords = {
  heading: 'Registro de accesos',
  empty: 'No hay nada así en el registro.',
  filters: {
    search: 'Buscar',
    hint: 'El comienzo de un nombre o nombre de usuario, un identificador, una dirección de red o el identificador de una solicitud.',
    since: 'Desde',
    until: 'Hasta',
  },
  columns: {
    time: 'Hora',
    person: 'Persona',
    application: 'Aplicación',
    what: 'Qué pasó',
    outcome: 'Resultado',
    why: 'Por qué',
    network: 'Red',
    request: 'Solicitud',
  },
  follow: {
    start: 'Seguir en directo',
    pause: 'Pausar',
    running: 'Las líneas nuevas aparecen arriba, sean del día que sean.',
  },
  csv: {
    save: 'Guardar como CSV',
    fetched: (lines) => `${lines} líneas…`,
  },
};
