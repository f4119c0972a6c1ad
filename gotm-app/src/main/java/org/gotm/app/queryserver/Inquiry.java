package org.gotm.app.queryserver;

import java.io.OutputStream;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.gotm.store.query.AnswerFormat;
import org.gotm.store.query.Limits;

/**
 * What an archive is asked.
 *
 * @param query what the client asks for
 * @param condition what the client may see, as a query; blank for everything
 * @param format of the answer
 * @param limits of the answer
 * @param target where the answer goes, begun when it is asked for
 * @param watcher to be called again and again; what it throws ends the work
 * @param notes hears of what could not be searched as a whole
 */
public record Inquiry(
    String query,
    String condition,
    AnswerFormat format,
    Limits limits,
    Supplier<OutputStream> target,
    Runnable watcher,
    Consumer<String> notes) {}
