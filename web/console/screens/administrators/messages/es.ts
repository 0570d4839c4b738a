import type { Translated } from '../../../messages/words.js';
import type { en } from './en.js';

export const es: Translated<typeof en> = {
  heading: 'Administradores',
  intro:
    'Cada uno tiene su propia clave para la API, la línea de órdenes y las emergencias. Quien entra con la cuenta de la empresa no aparece aquí: lo deciden los grupos.',
  none: 'Nadie más que el primer propietario.',
  columns: { name: 'Nombre', role: 'Función', added: 'Añadido', expires: 'La clave termina', actions: 'Acciones' },
  always: 'Desde el principio',
  never: 'Nunca',
  stays: 'No se puede quitar',
  remove: {
    label: 'Quitar',
    title: (name) => `¿Quitar a ${name}?`,
    text: 'Su clave se rechaza desde ahora y terminan las sesiones iniciadas con ella. Lo que hizo queda en el registro de auditoría.',
  },
  add: {
    heading: 'Añadir un administrador',
    name: 'Nombre',
    nameHint: 'Aparece en el registro de auditoría. Letras, cifras y . _ @ -',
    role: 'Función',
    roleHints: {
      owner: 'todo',
      operator: 'claves, borrar, ayudar a personas',
      auditor: 'leer',
      'help-desk': 'ayudar a personas',
    },
    days: 'Días hasta el fin de la clave',
    daysHint: 'Déjelo vacío para una clave válida hasta que se quite.',
    submit: 'Añadir',
    keyOf: (name) => `Clave de ${name}`,
    once: 'Solo se muestra esta vez. Entréguela por una vía que nadie más lea.',
  },
};
