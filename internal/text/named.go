package text

// The refusals of package license to programs that name their machines themselves.
var (
	_ = add("fault.license.bad_machine", Entry{
		EN: "What the program says of its machine is missing or too long: at most {limit} are allowed here. This is a mistake of the program; tell its publisher.",
		DE: "Was das Programm über seinen Rechner sagt, fehlt oder ist zu lang: Hier sind höchstens {limit} erlaubt. Das ist ein Fehler des Programms; sagen Sie es dem Hersteller.",
	})
	_ = add("fault.license.component_twice", Entry{
		EN: "The program names the component “{value}” of its machine twice. This is a mistake of the program; tell its publisher.",
		DE: "Das Programm nennt die Komponente „{value}“ seines Rechners zweimal. Das ist ein Fehler des Programms; sagen Sie es dem Hersteller.",
	})
	_ = add("fault.license.machine_taken", Entry{
		EN: "This machine has a place of the license already. There is nothing to do.",
		DE: "Dieser Rechner hat schon einen Platz der Lizenz. Es ist nichts zu tun.",
	})
	_ = add("fault.license.not_by_name", Entry{
		EN: "A license of this kind ({kind}) is not given to a machine that only has a name: its rules need a container. Activate it with licet-activate.",
		DE: "Eine Lizenz dieser Art ({kind}) wird keinem Rechner gegeben, der nur einen Namen hat: Ihre Regeln brauchen einen Container. Aktivieren Sie sie mit licet-activate.",
	})
	_ = add("fault.license.machine_stays", Entry{
		EN: "This license may not move to another machine, so its place is not given back. Ask the publisher if the machine is gone.",
		DE: "Diese Lizenz darf nicht auf einen anderen Rechner umziehen, deshalb wird ihr Platz nicht zurückgegeben. Fragen Sie den Hersteller, wenn es den Rechner nicht mehr gibt.",
	})
	_ = add("fault.license.unknown_machine", Entry{
		EN: "This machine has no place of the license, or not any more. Activate it again.",
		DE: "Dieser Rechner hat keinen Platz der Lizenz, oder nicht mehr. Aktivieren Sie ihn erneut.",
	})
)
