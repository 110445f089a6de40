package io.halfopen.lab;

/** The texts whose experiments are presets: title, author and link. */
final class Articles {
    static final String QUEUES = "tennysonsky, connect(), listen() and accept(),"
            + " https://blog.csdn.net/tennysonsky/article/details/45621341";

    static final String QUOTED = "pengyusong, connect, listen, accept and the two queues,"
            + " https://www.cnblogs.com/pengyusong/p/6434788.html";

    static final String DEFER = "\u7406\u79d1\u751f\u7f51, listen(), its two queues and TCP_DEFER_ACCEPT";

    static final String BACKLOG = "Abug0, the meaning and effects of a socket's backlog (2021)";

    private Articles() {}
}
