package text

var _ = add("fault.job.not_found", Entry{
	EN: "There is no such job here. Look at the list of jobs for its id.",
	DE: "Diese Aufgabe gibt es hier nicht. Die Liste der Aufgaben nennt ihre Kennung.",
})

var _ = add("fault.job.not_dead", Entry{
	EN: "Only a job that has failed for good can be started again; this one is {state}.",
	DE: "Nur eine endgültig gescheiterte Aufgabe kann neu gestartet werden; diese ist {state}.",
})

var _ = add("fault.job.fenced", Entry{
	EN: "This worker took longer than its lease, and another one has taken the job over.",
	DE: "Dieser Arbeitsgang hat seine Frist überschritten; ein anderer hat die Aufgabe übernommen.",
})
