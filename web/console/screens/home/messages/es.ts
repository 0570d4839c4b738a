import type { HomeWords } from './home-words.js';

export const es: HomeWords = {
  heading: '¿Qué desea hacer?',
  find: {
    label: 'Buscar a una persona',
    hint: 'El nombre de usuario, una dirección de correo o un identificador.',
    submit: 'Buscar',
  },
  ways: 'Adónde ir',
  toDo: {
    heading: 'Qué hay que hacer',
    nothing: 'No hay nada que hacer.',
    urgency: { now: 'Ahora:', soon: 'Pronto:' },
    codes: {
      trail_unsound: 'El registro de auditoría no está íntegro. Mire lo que encontró la verificación.',
      key_unusable: 'Una clave no se puede usar.',
      doctor_failing: 'Falla una comprobación del doctor.',
      nobody_enrolled: 'No hay nadie registrado y se rechaza a todo el mundo.',
      head_old: 'Hay entradas de auditoría que esperan su firma desde hace tiempo.',
      apply_broken_off: 'La configuración se interrumpió. Aplíquela otra vez.',
      backup_missing: 'No se conoce ninguna copia de seguridad.',
      backup_old: 'La última copia de seguridad es antigua.',
      key_old: 'Una clave es antigua. Cámbiela.',
      shadow_long: 'Lleva mucho tiempo en modo sombra.',
      doctor_old: 'El doctor no la ha examinado últimamente.',
      mode_switched: 'Su modo se cambió a mano, en contra de la configuración.',
    },
  },
  doctor: {
    heading: 'Doctor',
    lights: { ok: 'Bien', warn: 'Conviene mirar', fail: 'Falla', none: 'Sin examinar últimamente' },
  },
  figures: {
    heading: 'Conexiones',
    none: 'No hay ninguna conexión configurada.',
    enrolled: 'Registrados',
    lockedOut: 'Bloqueados ahora',
    chart: (connection) => `Comprobaciones faciales en ${connection}, últimos 7 días`,
    checks: 'Comprobaciones',
    refused: 'Rechazadas',
    count: '¿Cuántos podrían ser?',
    of: (users) => `de ${users} personas`,
    ofAtLeast: (users) => `de al menos ${users} personas`,
    untold: 'El proveedor no dice cuántos podrían ser.',
  },
  about: {
    home: '',
    people:
      'Quién está registrado, y una persona: por qué se rechazó, invitar, desbloquear, terminar, exportar o borrar.',
    log: 'Qué se decidió, de quién y por qué. Buscar, seguir en directo, guardar.',
    connections: 'Cómo está configurado cada proveedor de identidad, si funciona bien y a quién rechazaría.',
    operations: 'Rotar claves, ver la antigüedad de la última copia y verificar el registro de auditoría.',
    applications: 'Qué programas llaman a este servidor, sus claves y lo que han usado.',
    requests: 'Desarrolladores que piden una aplicación: aprobar, preguntar, rechazar. Y las condiciones que aceptan.',
    mine: 'Pedir una aplicación, recoger su clave, ver lo que ha usado y por qué se rechazó.',
    administrators: 'Quién puede usar esta consola y la API, y con qué función.',
  },
};
